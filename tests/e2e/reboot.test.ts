/** The machine loses its power: nothing of what ran is left, and everything is as it should be once it is back. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { startEngine, type TestEngine } from '../support/engine.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { unmountBelow } from '../support/remove-directory.ts'
import { endProcessesOf } from '../support/remove-home.ts'

const compose = `
x-service: &service { image: "${images.busybox}", init: true }
services:
  web: { <<: *service, command: httpd -f -p 80 -h /site, volumes: ["./site:/site"], healthcheck: { test: test -e /site/index.html, interval: 1s } }
  worker: { <<: *service, command: sleep 100000, depends_on: { web: { condition: service_healthy } } }
  byhand: { <<: *service, command: "sh -c 'trap \\"exit 0\\" TERM; sleep 100000 & wait'" }
  job: { <<: *service, command: "true" }
  longjob: { <<: *service, command: sleep 3 }
`
let engine: TestEngine
let berth: TestBerth
let project: TestProject
beforeAll(async () => {
  engine = await startEngine()
  await ensureImages(['busybox'], { ...process.env, ...engine.env })
})
afterAll(() => engine.close())
beforeEach(async () => {
  const files = { 'compose.yaml': compose, 'site/index.html': 'hello' }
  ;[berth, project] = await Promise.all([openBerth({ env: engine.env }), makeProject(files)])
})
afterEach(async () => {
  await engine.start()
  await Promise.all([berth.close(), project.remove()])
})

const ok = (...args: string[]) => berth.ok(args, { cwd: project.directory })
const someMinutes = 90_000

/** `service how` of each, as it is listed. */
async function endings(): Promise<string[] | undefined> {
  const { envs } = await berth.data<{
    envs: { name: string; services: { service: string; ended: string | null }[] }[]
  }>(['ls'])
  const found = envs.find(({ name }) => name === 'a')
  return found?.services.map(({ service, ended }) => `${service} ${ended}`).toSorted((a, b) => (a < b ? -1 : 1))
}

test('a reboot: what ran runs again, what had ended or was stopped by hand stays so, and nothing is to be mended', async () => {
  await ok('up', 'a')
  await ok('create', 'idle')
  await ok('run', 'sleep', 'a', '100000', '--detach')
  const { env } = await berth.data<{ env: { workspace: string } }>(['status', 'project/a'])
  await must(['docker', 'stop', await container('byhand')], { env: berth.env })
  const before = { web: 'healthy', worker: 'running', byhand: 'exited', job: 'exited', longjob: 'exited' }
  await eventually(async () => expect(await services()).toEqual(before), someMinutes)
  expect(await findings()).toEqual([])
  // how one ended the engine tells after it has ended
  await eventually(async () =>
    expect(await endings()).toEqual(['byhand stopped', 'job done', 'longjob done', 'web null', 'worker null']),
  )
  // known to the daemon is one thing; what is to outlive it is written within a second
  await eventually(async () => expect(await notedEndings()).toEqual(['done', 'done', 'stopped']))

  await losePower()
  expect(existsSync(join(berth.home, 'berthd.sock'))).toBe(true)
  await engine.start()
  await ok('ls')
  await eventually(async () => expect(await services()).toEqual(before), someMinutes)
  expect(await readFile(join(env.workspace, 'site/index.html'), 'utf8')).toBe('hello')
  await eventually(async () => expect(await findings()).toEqual([]), someMinutes)
  expect(await ok('reconcile')).toBe('everything is as it should be\n')
  expect(await services()).toEqual(before)
  expect(await ok('sessions')).not.toContain('running')

  await ok('up', 'a')
  expect(await services()).toMatchObject({ byhand: 'running' })
})

const container = (service: string) =>
  must(['docker', 'ps', '--quiet', '--filter', `label=dev.berth.service=${service}`], { env: berth.env })

async function services(): Promise<Record<string, string>> {
  type Service = { service: string; state: string; health: string }
  const { env } = await berth.data<{ env: { services: Service[] } }>(['status', 'project/a'])
  return Object.fromEntries(
    env.services.map(({ service, state, health }) => [service, health === 'none' ? state : health]),
  )
}

async function notedEndings(): Promise<string[]> {
  const { endings } = JSON.parse(await readFile(join(berth.home, 'ran.json'), 'utf8')) as { endings: object }
  return Object.values(endings).map(String).sort()
}

async function findings(): Promise<string[]> {
  type Finding = { kind: string; subject: string; problem: string }
  const { stdout } = await berth.run(['doctor', '--json'])
  const { data } = JSON.parse(stdout) as { data: { findings: Finding[] } }
  // the engine is in a network of its own: the machine's routes, of other tests' envs, are not its
  const own = data.findings.filter(({ kind }) => kind !== 'subnet-clash')
  return own.map(({ subject, problem }) => `${subject}: ${problem}`)
}

/** Ends the daemon, its sessions and the engine with its containers at once, and takes the mounts away. */
async function losePower(): Promise<void> {
  await Promise.all([endProcessesOf(berth.home), engine.powerOff()])
  await unmountBelow(berth.home)
}
