import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import type { Strategy } from '../model.ts'
import type { FleetRecord } from './model.ts'
import { planFleet } from './plan-fleet.ts'
import { type FleetDeps, type FleetTask, runFleet } from './run-fleet.ts'

const machines = ['a', 'b', 'c', 'd']

function recordOf(strategy: Strategy, options: { continueOnError?: boolean; maxParallel?: number } = {}): FleetRecord {
  const { continueOnError = false, maxParallel = null } = options
  const asked = { machines, strategy, maxParallel, continueOnError, canary: null, share: null, wait: false }
  return {
    id: 'fleet',
    context: 'default',
    app: 'shop',
    release: 'r2',
    by: 'ann@desk',
    breakLock: false,
    plan: planFleet({ ...asked, watchSeconds: null }),
    machines: machines.map((machine) => ({
      machine,
      state: 'waiting',
      operation: `${machine}-op`,
      number: 1,
      error: null,
    })),
    state: 'running',
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
  }
}

/** Machines of which some fail; `most` is how many ever worked at once. */
function world(failing: readonly string[] = []) {
  const asked: FleetTask[] = []
  const saved: FleetRecord[] = []
  const seen = { now: 0, most: 0 }
  const controller = new AbortController()
  const deps: FleetDeps = {
    clock: { now: () => new Date(0) },
    save: async (record) => void saved.push(record),
    async deployOn(task) {
      asked.push(task)
      seen.most = Math.max(seen.most, ++seen.now)
      await new Promise((resolve) => setImmediate(resolve))
      seen.now--
      if (failing.includes(task.machine))
        throw new AppError('PROBE_FAILED', 'web does not answer', { stage: 'probe', details: { services: [] } })
      return { number: 2, unchanged: false }
    },
  }
  const scope = { id: 'op', emit: () => undefined, signal: controller.signal }
  return { deps, asked, saved, seen, scope, cancel: () => controller.abort() }
}

const states = ({ machines: all }: FleetRecord) => all.map(({ machine, state }) => `${machine} ${state}`)

test('serial stops at the first failure and says which machines have which release', async () => {
  const { deps, scope, asked } = world(['b'])
  const ended = await runFleet(deps, recordOf('serial'), scope)
  expect(ended.state).toBe('failed')
  expect(states(ended)).toEqual(['a live', 'b failed', 'c waiting', 'd waiting'])
  expect(ended.machines.map(({ number }) => number)).toEqual([2, 1, 1, 1])
  expect(ended.machines[1]?.error).toMatchObject({ code: 'PROBE_FAILED', stage: 'probe', machine: 'b' })
  expect(asked.map(({ machine }) => machine)).toEqual(['a', 'b'])
})

test('it goes on behind a failure where it may, but never behind a canary', async () => {
  const going = world(['b'])
  expect(states(await runFleet(going.deps, recordOf('serial', { continueOnError: true }), going.scope))).toEqual([
    'a live',
    'b failed',
    'c live',
    'd live',
  ])
  const canary = world(['a'])
  const ended = await runFleet(canary.deps, recordOf('canary', { continueOnError: true }), canary.scope)
  expect(states(ended)).toEqual(['a failed', 'b waiting', 'c waiting', 'd waiting'])
})

test('no more machines at once than may be; a wave that fails is the last', async () => {
  const rolling = world()
  await runFleet(rolling.deps, recordOf('rolling', { maxParallel: 2 }), rolling.scope)
  expect(rolling.seen.most).toBe(2)
  expect(rolling.asked.map(({ wait }) => wait)).toEqual([true, true, false, false])
  const parallel = world()
  await runFleet(parallel.deps, recordOf('parallel'), parallel.scope)
  expect(parallel.seen.most).toBe(4)
  const failing = world(['b'])
  expect(states(await runFleet(failing.deps, recordOf('rolling', { maxParallel: 2 }), failing.scope))).toEqual([
    'a live',
    'b failed',
    'c waiting',
    'd waiting',
  ])
})

test('a resumed one asks only machines that have not got it, and those under way under the same id', async () => {
  const { deps, scope, asked } = world()
  const left = recordOf('serial')
  left.machines = left.machines.map((one, at) => ({
    ...one,
    state: at === 0 ? 'live' : at === 1 ? 'under-way' : 'waiting',
  }))
  const ended = await runFleet(deps, left, scope)
  expect(ended.state).toBe('done')
  expect(asked.map(({ operation }) => operation)).toEqual(['b-op', 'c-op', 'd-op'])
})

test('a cancelled one begins nothing more', async () => {
  const { deps, scope, cancel, saved } = world()
  const going = runFleet(
    { ...deps, deployOn: async () => (cancel(), { number: 2, unchanged: false }) },
    recordOf('serial'),
    scope,
  )
  expect(states(await going)).toEqual(['a live', 'b waiting', 'c waiting', 'd waiting'])
  expect(saved.at(-1)?.state).toBe('cancelled')
})
