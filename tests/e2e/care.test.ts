/** doctor, reconcile and gc against a real engine: what is broken behind Berth's back is found, explained and mended. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const compose = `
services:
  web: { image: ${images.busybox}, command: httpd -f -p 80 -h /, init: true }
  job: { image: ${images.busybox}, command: "true" }
`
interface Finding {
  kind: string
  subject: string
  repaired: boolean
}

let berth: TestBerth
let project: TestProject
beforeAll(() => ensureImages(['busybox']))
beforeEach(async () => {
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': compose })])
})
afterEach(() => Promise.all([berth.close(), project.remove()]))

const here = () => ({ cwd: project.directory })
const stateOf = async (env: string) => (await berth.data<{ env: { state: string } }>(['status', env], here())).env.state
/** Other tests have envs of this name, in the same engine. */
const ofHome = async (...filters: string[]) =>
  [`label=dev.berth.home=${await must(['cat', join(berth.home, 'id')])}`, ...filters].flatMap((one) => [
    '--filter',
    one,
  ])
const container = async (service: string) =>
  must(['docker', 'ps', '--all', '--quiet', ...(await ofHome(`label=dev.berth.service=${service}`))])
const doctor = async (...flags: string[]) => {
  const { stdout } = await berth.run(['doctor', '--json', ...flags])
  return (JSON.parse(stdout) as { data: { findings: Finding[] } }).data.findings
}

test('an env broken behind our back is told, and brought back by reconcile', async () => {
  await berth.ok(['up', 'tea'], here())
  expect(await doctor()).toEqual([])
  await must(['docker', 'rm', '--force', await container('web')])
  await eventually(async () => expect(await stateOf('tea')).toBe('partial'))
  expect(await doctor()).toMatchObject([{ kind: 'env-differs', subject: 'project/tea' }])
  expect(await berth.ok(['reconcile'])).toBe('project/tea is as it should be again\n')
  expect(await stateOf('tea')).toBe('up')
  expect(await berth.ok(['reconcile'])).toBe('everything is as it should be\n')
})

test('a network and all containers removed by hand come back with the next up', async () => {
  await berth.ok(['up', 'tea'], here())
  await must(['docker', 'rm', '--force', await container('web'), await container('job')])
  await must(['docker', 'network', 'rm', await must(['docker', 'network', 'ls', '--quiet', ...(await ofHome())])])
  await eventually(async () => expect(await stateOf('tea')).toBe('broken'))
  await berth.ok(['up', 'tea'], here())
  expect(await stateOf('tea')).toBe('up')
})

test('what belongs to no env is found and removed; what is not ours never is', async () => {
  await berth.ok(['create', 'tea'], here())
  const home = (await readFile(join(berth.home, 'id'), 'utf8')).trim()
  const foreign = `${home}-foreign`
  const ours = ['--label', `dev.berth.home=${home}`, '--label', 'dev.berth.env=gone00']
  await must(['docker', 'volume', 'create', ...ours, `${home}-volume`])
  await must(['docker', 'volume', 'create', '--label', 'dev.berth.home=somebody', foreign])
  await mkdir(join(berth.home, 'envs', 'gone00'), { recursive: true })
  await writeFile(join(berth.home, 'envs', 'gone00', 'override.yaml'), '')
  try {
    expect((await doctor()).map(({ kind }) => kind).sort(), await berth.ok(['daemon', 'logs'])).toEqual([
      'orphaned-files',
      'orphaned-volume',
    ])
    const kinds = (await berth.data<{ garbage: { kind: string }[] }>(['gc', '--dry-run'])).garbage.map(
      ({ kind }) => kind,
    )
    expect(kinds).toEqual(expect.arrayContaining(['orphaned-files', 'orphaned-volume']))
    expect((await doctor('--fix')).every(({ repaired }) => repaired)).toBe(true)
    expect(await doctor()).toEqual([])
    expect(await must(['docker', 'volume', 'ls', '--quiet', '--filter', `name=${home}`])).toBe(foreign)
  } finally {
    await must(['docker', 'volume', 'rm', '--force', foreign, `${home}-volume`])
  }
})

test('a workspace that is gone is told, with what to do; a kept one is not garbage', async () => {
  await berth.ok(['create', 'tea'], here())
  const { env } = await berth.data<{ env: { workspace: string } }>(['status', 'tea'], here())
  await rm(env.workspace, { recursive: true })
  expect(await stateOf('tea')).toBe('missing-workspace')
  const { stdout, exitCode } = await berth.run(['doctor'])
  expect(exitCode).toBe(1)
  expect(stdout).toContain('berth destroy project/tea')
  await berth.ok(['destroy', 'tea', '--yes'], here())
  await berth.ok(['create', 'kept'], here())
  await berth.ok(['destroy', 'kept', '--keep-workspace', '--yes'], here())
  expect(await doctor()).toEqual([])
})
