/**
 * berthd is killed at every point of the journal of create, up, down and destroy, as the product itself lists them. The
 * next command says what was cut off, and finds it finished or undone: nothing half made, nothing left.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { askDaemon, stopDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { ensureImages, images } from '../support/images.ts'
import { openOperations } from '../support/journal.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { tracesOf } from '../support/traces.ts'

const compose = `
services:
  one:
    image: ${images.busybox}
    command: sleep 100000
    init: true
    volumes: ["data:/data"]
volumes:
  data:
`

let berth: TestBerth
let project: TestProject
/** Every point there is, by operation: found by a run of each with BERTH_FAULT=list. */
const points: Record<string, string[]> = {}

beforeAll(async () => {
  await ensureImages(['busybox'])
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': compose })])
  for (const point of await listPoints()) (points[point.split(':')[0] ?? ''] ??= []).push(point)
})
afterAll(() => Promise.all([berth.close(), project.remove()]))
afterEach(() => ok('destroy', '--all', '--yes'))

test('the product tells its points: each operation begins and ends, and so does each step', () => {
  for (const kind of ['env.create', 'env.up', 'env.down', 'env.destroy']) {
    const own = points[kind] ?? []
    expect(own.at(0)).toBe(`${kind}::begin`)
    expect(own.at(-1)).toBe(`${kind}::end`)
    expect(own.length, kind).toBeGreaterThanOrEqual(8)
  }
})

describe('berthd is killed, and its caller with it', () => {
  test('in create: it is undone', async () => {
    const source = { kind: 'directory' as const, directory: project.directory }
    for (const point of points['env.create'] ?? []) {
      await at(point, async () => {
        await killedAt([point], () => askDaemon(berth, 'env.create', { name: 'a', source }))
        const { stderr } = await run('ls')
        if (!/:(begin|reserve)/.test(point))
          expect(stderr).toContain('cut off in create of project/a, and now undoes it')
        await eventually(async () => expect(await berth.data(['ls'])).toMatchObject({ envs: [] }))
        expect(await tracesOf(berth)).toEqual([])
      })
    }
  })

  test('in up, and in finishing that: it is finished', async () => {
    await ok('create', 'a')
    await atPairsOf('env.up', async (pair) => {
      await killedAt(pair, () => askDaemon(berth, 'env.up', { env: inProject, create: null }))
      expect((await run('ls')).stderr).toContain('cut off in up of project/a, and now finishes it')
      await eventually(async () => expect(await stateOf('a')).toBe('up'))
      expect(await ok('up', 'a')).toContain('project/a is up')
      expect((await tracesOf(berth)).map(kindOf)).toEqual(['ps', 'network', 'volume', 'project/a'])
      await ok('down', 'a')
    })
  })

  test('in down, and in finishing that: it is finished, and the data stays', async () => {
    await ok('create', 'a')
    await atPairsOf('env.down', async (pair) => {
      await ok('up', 'a')
      await killedAt(pair, () => askDaemon(berth, 'env.down', { env: inProject }))
      expect((await run('ls')).stderr).toContain('cut off in down of project/a, and now finishes it')
      await eventually(async () => expect(await stateOf('a')).toBe('down'))
      expect((await tracesOf(berth)).map(kindOf)).toEqual(['volume', 'project/a'])
    })
  })

  test('in destroy, and in finishing that: it is finished', async () => {
    await atPairsOf('env.destroy', async (pair) => {
      await ok('create', 'a')
      await ok('up', 'a')
      await killedAt(pair, () => askDaemon(berth, 'env.destroy', { env: inProject }))
      await run('ls')
      await eventually(async () => expect(await berth.data(['ls'])).toMatchObject({ envs: [] }))
      expect(await tracesOf(berth)).toEqual([])
    })
  })
})

describe('berthd is killed, and its caller waits', () => {
  test('create says that nothing is left; up, down and destroy end as if nothing had been', async () => {
    await arm('env.create:workspace:end')
    const created = await run('create', 'a')
    expect(created).toMatchObject({ exitCode: 130, stdout: '' })
    expect(created.stderr).toContain('berthd ended while it made project/a; nothing of it is left')
    expect(await tracesOf(berth)).toEqual([])
    await ok('create', 'a')
    await arm('env.up:start:end')
    expect(await ok('up', 'a')).toContain('project/a is up')
    await arm('env.down:stop:begin')
    expect(await ok('down', 'a')).toContain('project/a is down')
    await arm('env.destroy:workspace:begin')
    expect(await ok('destroy', 'a', '--yes')).toContain('project/a is gone')
    expect(await tracesOf(berth)).toEqual([])
  })
})

const inProject = { name: 'a', project: 'project' }
const run = (...args: string[]) => berth.run(args, { cwd: project.directory })
const ok = (...args: string[]) => berth.ok(args, { cwd: project.directory })
const kindOf = (trace: string) => trace.split(' ')[0]

async function stateOf(name: string): Promise<string> {
  return (await berth.data<{ env: { state: string } }>(['status', `project/${name}`])).env.state
}

/** Runs each operation once with a daemon that lists the points it comes to. */
async function listPoints(): Promise<string[]> {
  await startWith('list')
  const lines = ['create a', 'up a', 'down a', 'destroy a --yes']
  for (const line of lines) await ok(...line.split(' '))
  await stopDaemon(berth)
  return (await readFile(join(berth.home, 'fault-points'), 'utf8')).trim().split('\n')
}

/** Checks what comes of being killed at each point of an operation, two at a time: at the second while the first is settled. */
async function atPairsOf(kind: string, check: (pair: string[]) => Promise<void>): Promise<void> {
  const all = points[kind] ?? []
  const half = Math.ceil(all.length / 2)
  for (const [index, first] of all.slice(0, half).entries()) {
    const pair = [first, ...all.slice(half + index, half + index + 1)]
    await at(pair.join(' and '), () => check(pair))
  }
}

/** Tells where it was that a check failed; in the end nothing may be open. */
async function at(where: string, check: () => Promise<void>): Promise<void> {
  try {
    await check()
    await eventually(() => expect(openOperations(berth.home), 'open operations').toEqual([]))
  } catch (error) {
    throw new Error(`killed at ${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** A daemon is killed at the first point, the next one at the second while it settles what is open. */
async function killedAt(faults: string[], ask: () => Promise<void>): Promise<void> {
  await arm(faults.join())
  for (const index of faults.keys()) {
    if (index === 0) await ask()
    else await startWith(faults.join())
    await eventually(async () => expect(await readFile(firedFile(), 'utf8')).toContain(faults[index]))
  }
}

const firedFile = () => join(berth.home, 'fault-fired')

/** A daemon that will end at these points, once at each. */
async function arm(faults: string): Promise<void> {
  await stopDaemon(berth)
  await rm(firedFile(), { force: true })
  await startWith(faults)
}

/** Only the command that starts the daemon passes BERTH_FAULT on. */
async function startWith(faults: string): Promise<void> {
  const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
  await exec([program, 'daemon', 'start'], { env: { ...berth.env, BERTH_FAULT: faults } })
}
