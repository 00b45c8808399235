import { beforeEach, expect, test } from 'vitest'
import { createFakeDeployStore } from '../../../tests/fakes/fake-deploy-store.ts'
import { createTestClock } from '../../../tests/support/waiting-clock.ts'
import { createKeyedLock } from '../../lib/keyed-lock.ts'
import { withLease } from './lease.ts'
import type { AppRecord } from './model.ts'

const app: AppRecord = { id: 'app123', name: 'shop', context: 'default', live: null, lease: null, createdAt: '' }

let world: ReturnType<typeof open>
beforeEach(async () => {
  world = open()
  await world.deploys.saveApp(app)
})

function open() {
  const deploys = createFakeDeployStore()
  const underWay = new Set<string>()
  const cancelled: string[] = []
  const clock = createTestClock()
  const deps = {
    store: { deploys } as Parameters<typeof withLease>[0]['store'],
    locks: createKeyedLock(),
    clock,
    isUnderWay: (id: string) => underWay.has(id),
    cancelOperation: (id: string) => void cancelled.push(id),
  }
  const deploy = (operation: string, breakLock = false) =>
    withLease(deps, app, { owner: `${operation}@desk`, operation, breakLock }, () => Promise.resolve(operation))
  /** A deploy that never ends by itself. */
  const hold = (operation: string) => {
    underWay.add(operation)
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = withLease(deps, app, { owner: `${operation}@desk`, operation, breakLock: false }, () => promise)
    return { done, end: () => (underWay.delete(operation), resolve()) }
  }
  return { deploys, underWay, cancelled, clock, deploy, hold }
}

const leaseOwner = async () => (await world.deploys.app('default', 'shop'))?.lease?.owner ?? null

test('who comes second is refused at once, and told who has it; then it is free', async () => {
  const first = world.hold('ann')
  await expect(world.deploy('bob')).rejects.toMatchObject({ code: 'APP_LOCKED', stage: 'lock' })
  expect(await leaseOwner()).toBe('ann@desk')
  first.end()
  await first.done
  expect(await leaseOwner()).toBeNull()
  expect(await world.deploy('bob')).toBe('bob')
})

test('a lease past its time is taken over, and whoever had it is ended', async () => {
  const first = world.hold('ann')
  await new Promise((resolve) => setImmediate(resolve))
  await world.clock.wait(31 * 60_000)
  expect(await world.deploy('bob')).toBe('bob')
  expect(world.cancelled).toEqual(['ann'])
  first.end()
  await first.done
})

test('the lease of a deploy that died with its berthd holds nothing', async () => {
  const expiresAt = new Date(world.clock.now().getTime() + 60_000).toISOString()
  await world.deploys.saveApp({ ...app, lease: { owner: 'ann@desk', operation: 'gone', expiresAt } })
  expect(await world.deploy('bob')).toBe('bob')
  expect(world.cancelled).toEqual([])
})

test('a lock that is broken ends the other', async () => {
  const first = world.hold('ann')
  await new Promise((resolve) => setImmediate(resolve))
  expect(await world.deploy('bob', true)).toBe('bob')
  expect(world.cancelled).toEqual(['ann'])
  first.end()
  await first.done
})
