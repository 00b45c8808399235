import { expect, test } from 'vitest'
import { createFakeCloudStore } from '../../../tests/fakes/fake-cloud-store.ts'
import { createKeyedLock } from '../../lib/keyed-lock.ts'
import type { Provider } from '../ports/provider.ts'
import type { CloudMachine } from './model.ts'
import { stopIdleMachines, type Work } from './stop-idle.ts'

const now = new Date('2026-01-01T12:00:00Z')
const hour = 3600
const machine = (name: string, more: Partial<CloudMachine> = {}): CloudMachine => ({
  name,
  provider: 'hetzner',
  mark: name,
  serverId: name,
  type: 'cx22',
  region: null,
  image: 'debian-13',
  address: '203.0.113.1',
  stopIdleSeconds: 4 * hour,
  stoppedAt: null,
  createdAt: '',
  ...more,
})
const idleSince = (hours: number): Work => ({
  running: 0,
  quietMs: hours * hour * 1000,
})

test('stops those that have idled long enough, once, and no other', async () => {
  const cloud = createFakeCloudStore()
  const work: Record<string, Work | undefined> = {
    idle: idleSince(4),
    fresh: idleSince(3.9),
    busy: { ...idleSince(9), running: 1 },
    silent: undefined,
    kept: idleSince(9),
    off: idleSince(9),
  }
  const own = { kept: { stopIdleSeconds: null }, off: { stoppedAt: '2026-01-01T00:00:00Z' } } as Record<string, object>
  for (const name of Object.keys(work)) await cloud.put(machine(name, own[name]))
  const stopped: string[] = []
  const provider = { stopServer: async (id: string) => void stopped.push(id) } as unknown as Provider
  const deps = {
    store: { cloud } as never,
    provider: async () => provider,
    clock: { now: () => now, wait: async () => undefined },
    locks: createKeyedLock(),
  }
  const look = () => stopIdleMachines(deps, async ({ name }) => work[name], new AbortController().signal)
  expect(await look()).toEqual(['idle'])
  expect(await look()).toEqual([])
  expect(stopped).toEqual(['idle'])
  expect((await cloud.machines()).find(({ name }) => name === 'idle')?.stoppedAt).toBe(now.toISOString())
})
