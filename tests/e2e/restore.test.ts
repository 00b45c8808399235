/** A state that lags behind the world, or lost a part of it: nothing that is there is thrown away, and all of it can be mended. */
import { readFileSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { stopDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { tracesOf } from '../support/traces.ts'

const compose = `
services:
  web: { image: ${images.busybox}, command: httpd -f -p 80 -h /, init: true, volumes: ["data:/data"] }
volumes: { data: {} }
`
let berth: TestBerth
let project: TestProject
beforeAll(() => ensureImages(['busybox']))
beforeEach(async () => {
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': compose })])
})
afterEach(() => Promise.all([berth.close(), project.remove()]))

const ok = (...args: string[]) => berth.ok(args, { cwd: project.directory })
const run = (...args: string[]) => berth.run(args, { cwd: project.directory })
const below = (...parts: string[]) => join(berth.home, ...parts)

async function findings(...flags: string[]): Promise<string[]> {
  type Finding = { kind: string; subject: string; repaired: boolean }
  const { stdout } = await run('doctor', '--json', ...flags)
  const { data } = JSON.parse(stdout) as { data: { findings: Finding[] } }
  return data.findings.map(({ kind, subject, repaired }) => `${kind} ${subject}${repaired ? ' mended' : ''}`).sort()
}

test('a damaged database is restored by what the hint says; envs made since are adopted, never thrown away', async () => {
  await ok('up', 'a')
  await stopDaemon(berth)
  await rm(below('backups'), { recursive: true })
  await ok('ls')
  await eventually(async () => expect(await readdir(below('backups'))).toHaveLength(1))
  await ok('up', 'b')
  const { env: before } = await berth.data<{ env: { subnet: string } }>(['status', 'project/b'])
  await stopDaemon(berth)
  await writeFile(below('state.db'), 'no database, '.repeat(1000))

  const { exitCode, stderr } = await run('ls')
  expect(exitCode).toBe(1)
  const hint = /hint: (.+)/.exec(stderr)?.[1] ?? ''
  expect(hint).toMatch(/ && berth doctor --fix$/)
  await must(['sh', '-c', hint.replace(/ && berth doctor --fix$/, '')])

  expect(await ok('ls', '--quiet')).toBe('project/a\n')
  expect(await findings()).toEqual(['env-lost project/b'])
  await ok('gc')
  expect(await findings('--fix')).toEqual(['env-lost project/b mended'])
  expect(await findings()).toEqual([])
  expect(await berth.data(['status', 'project/b'])).toMatchObject({ env: { state: 'up', subnet: before.subnet } })
  await ok('destroy', '--all', '--yes')
  expect(await tracesOf(berth)).toEqual([])
})

test('an env stuck half made is removed, one stuck half destroyed is destroyed to its end', async () => {
  await ok('create', 'a')
  await ok('up', 'b')
  await stopDaemon(berth)
  setPhase('a', 'creating')
  setPhase('b', 'destroying')
  expect(await findings()).toEqual(['env-stuck project/a', 'env-stuck project/b'])
  expect(await findings('--fix')).toEqual(['env-stuck project/a mended', 'env-stuck project/b mended'])
  expect(await findings()).toEqual([])
  expect(await tracesOf(berth)).toEqual([])
})

test('a check that fails is told with what the others find', async () => {
  await ok('up', 'a')
  await must(['docker', 'rm', '--force', await must(['docker', 'ps', '--quiet', '--filter', label()])])
  await must(['mkdir', '-p', below('kept')])
  await writeFile(below('kept', 'odd.json'), 'no json')
  await eventually(async () => expect(await findings()).toEqual(['check-failed workspaces', 'env-differs project/a']))
})

test('reconcile goes on after an env that cannot be brought up, and tells of it', async () => {
  await ok('up', 'a')
  await ok('up', 'b')
  await must(['docker', 'rm', '--force', ...(await must(['docker', 'ps', '--quiet', '--filter', label()])).split('\n')])
  const { env } = await berth.data<{ env: { workspace: string } }>(['status', 'project/a'])
  await writeFile(join(env.workspace, 'compose.yaml'), 'services: [')
  const { exitCode, stdout } = await run('reconcile')
  expect(exitCode).toBe(1)
  expect(stdout).toContain('project/b is as it should be again')
  expect(stdout).toMatch(/^project\/a: .*compose\.yaml/m)
  expect(await run('reconcile', 'a')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('compose.yaml') })
})

test('an env whose workspace has lost the note that it is ours can still be destroyed', async () => {
  await ok('up', 'a')
  await rm(below('bases', 'copies'), { recursive: true })
  await ok('destroy', 'a', '--yes')
  expect(await tracesOf(berth)).toEqual([])
})

const label = () => `label=dev.berth.home=${readFileSync(below('id'), 'utf8').trim()}`

function setPhase(name: string, phase: string): void {
  const database = new DatabaseSync(below('state.db'))
  database.prepare("UPDATE env SET record = json_set(record, '$.phase', ?) WHERE name = ?").run(phase, name)
  database.close()
}
