/** The container engine stops, dies, or loses its power under Berth: what ran comes back, what was asked is finished. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { startEngine, type TestEngine } from '../support/engine.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { openOperations } from '../support/journal.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { tracesOf } from '../support/traces.ts'

const compose = `
x-service: &service { image: "${images.busybox}", command: sleep 100000, init: true }
services:
  db: { <<: *service, volumes: ["data:/data", "./site:/site"], healthcheck: { test: "true", interval: 1s } }
  web: { <<: *service, restart: unless-stopped, depends_on: { db: { condition: service_healthy } } }
  extra: { <<: *service, restart: unless-stopped }
  job: { <<: *service, command: "true" }
  slow: { <<: *service, profiles: [slow], healthcheck: { test: test -e /site/go, interval: 1s, retries: 1000 } , volumes: ["./site:/site"] }
volumes: { data: {} }
`
const someMinutes = 60_000

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
  await ok('create', 'a')
})
afterEach(async () => {
  await engine.start()
  await Promise.all([berth.close(), project.remove()])
})

const ok = (...args: string[]) => berth.ok(args, { cwd: project.directory })

async function status(): Promise<{ state: string; workspace: string; services: Record<string, string> }> {
  type Env = { state: string; workspace: string; services: { service: string; state: string; health: string }[] }
  const { env } = await berth.data<{ env: Env }>(['status', 'project/a'])
  const services = env.services.map(({ service, state, health }) => [service, health === 'none' ? state : health])
  return { ...env, services: Object.fromEntries(services) as Record<string, string> }
}

const container = (service: string) =>
  must(['docker', 'ps', '--quiet', '--filter', `label=dev.berth.service=${service}`], { env: berth.env })

const losses: [string, (engine: TestEngine) => Promise<void>][] = [
  ['is killed', (one) => one.kill()],
  ['is stopped', (one) => one.stop()],
]

describe('under a running env', () => {
  test.each(losses)('the engine %s: what ran comes back, what was stopped by hand stays', async (_, lose) => {
    await ok('up', 'a')
    await must(['docker', 'stop', '--time', '0', await container('extra')], { env: berth.env })
    await eventually(async () => expect((await status()).services).toMatchObject({ extra: 'exited' }))
    // what an engine that stops ends, it ends all at once: only what was stopped more than a second before was by hand
    await wait(1200)
    await lose(engine)
    await eventually(async () => expect((await status()).services).toMatchObject({ web: 'missing' }))
    await engine.start()
    const back = { db: 'healthy', web: 'running', extra: 'exited', job: 'exited' }
    await eventually(async () => expect((await status()).services).toEqual(back), someMinutes)
    expect((await status()).state).toBe('partial')
    expect(openOperations(berth.home)).toEqual([])
    await ok('up', 'a')
    expect(await status()).toMatchObject({ state: 'up', services: { extra: 'running' } })
  })
})

describe('in the middle of work', () => {
  test.each(losses)('up: the engine %s; it says so, and is finished once the engine is back', async (_, lose) => {
    const up = run('up', 'a', 'web', 'slow', 'job')
    await eventually(async () => expect(await container('slow')).not.toBe(''), someMinutes)
    await lose(engine)
    const { exitCode, stderr } = await up
    expect(exitCode).toBe(1)
    expect(stderr).toContain('berthd finishes this once the engine is back')
    expect(stderr).not.toContain('143')
    expect(openOperations(berth.home)).toEqual(['env.up 0 attempts'])
    await writeFile(join((await status()).workspace, 'site/go'), '')
    await engine.start()
    const services = { db: 'healthy', web: 'running', slow: 'healthy', job: 'exited' }
    await eventually(async () => expect((await status()).services).toMatchObject(services), someMinutes)
    await eventually(() => expect(openOperations(berth.home)).toEqual([]), someMinutes)
    await ok('up', 'a')
    expect(await status()).toMatchObject({ state: 'up', services: { slow: 'healthy', extra: 'running' } })
  })

  test('destroy is finished once the engine is back; what never was up needs none', async () => {
    await ok('up', 'a', 'db')
    await ok('create', 'b')
    await engine.stop()
    await ok('destroy', 'b', '--yes')
    expect(await run('destroy', 'a', '--yes')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('once the engine is back'),
    })
    expect(await run('up', 'a')).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('being destroyed') })
    await engine.start()
    await eventually(async () => expect(await berth.data(['ls'])).toMatchObject({ envs: [] }), someMinutes)
    expect(await tracesOf(berth)).toEqual([])
  })
})

const run = (...args: string[]) => berth.run(args, { cwd: project.directory })
