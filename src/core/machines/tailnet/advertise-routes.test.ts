import { expect, test } from 'vitest'
import { createFakeTailscale, nodeKey } from '../../../../tests/fakes/fake-tailscale.ts'
import { createTestClock } from '../../../../tests/support/waiting-clock.ts'
import { createTailscale } from '../../../adapters/tailscale/tailscale.ts'
import { createKeyedLock } from '../../../lib/keyed-lock.ts'
import type { EnvRecord } from '../../envs/model.ts'
import type { AdvertisedRecord } from '../../ports/tailnet.ts'
import { createTailnetHost } from './advertise-routes.ts'

/** A machine with the fake program, and all that is kept of it between two lives of berthd. */
function machine() {
  const fake = createFakeTailscale()
  fake.settings.AdvertiseRoutes = ['192.168.77.0/24']
  const clock = createTestClock()
  const state = {
    record: { routes: [], peers: {} } as AdvertisedRecord,
    pool: '10.225.0.0/16',
    subnets: [] as string[],
  }
  const open = () =>
    createTailnetHost({
      tailnet: createTailscale({
        host: fake.host,
        homeId: 'h',
        platform: 'linux',
        uid: 0,
        user: 'root',
        interfaces: () => ({}),
      }),
      memory: { read: async () => state.record, write: async (record) => void (state.record = record) },
      store: { envs: async () => state.subnets.map((subnet) => ({ subnet }) as EnvRecord) },
      locks: createKeyedLock(),
      clock,
      pool: () => state.pool,
    })
  return { fake, clock, state, open, advertised: () => fake.settings.AdvertiseRoutes }
}
const ask = (peer: string) => ({ peer, afresh: false })

test("the pool is added to the user's own routes, and taken back with the last who wants it", async () => {
  const { open, advertised, state } = machine()
  const host = open()
  expect(await host.advertise(ask('a'))).toEqual({
    node: nodeKey(1),
    routes: ['10.225.0.0/16'],
    isOpen: true,
  })
  await host.advertise(ask('b'))
  expect(advertised()).toEqual(['192.168.77.0/24', '10.225.0.0/16'])
  await host.withdraw('a')
  await host.withdraw('nobody')
  expect(advertised()).toEqual(['192.168.77.0/24', '10.225.0.0/16'])
  await host.withdraw('b')
  expect(advertised()).toEqual(['192.168.77.0/24'])
  expect(state.record).toEqual({ routes: [], peers: {} })
})

test('asking again sets nothing again, not even after berthd was started anew', async () => {
  const { open, fake, state } = machine()
  await open().advertise(ask('a'))
  const { record } = state
  await open().advertise(ask('a'))
  expect(fake.ran.filter(([, verb]) => verb === 'set')).toHaveLength(1)
  expect(state.record).toBe(record)
})

test("what the user adds or takes away meanwhile is the user's", async () => {
  const { open, fake, advertised } = machine()
  const host = open()
  await host.advertise(ask('a'))
  fake.settings.AdvertiseRoutes = ['192.168.5.0/24', '10.225.0.0/16']
  await host.advertise(ask('a'))
  await open().withdraw('a')
  expect(advertised()).toEqual(['192.168.5.0/24'])
})

test("a pool the user advertises already stays the user's", async () => {
  const { open, fake, advertised } = machine()
  fake.settings.AdvertiseRoutes = ['10.225.0.0/16']
  const host = open()
  await host.advertise(ask('a'))
  await host.withdraw('a')
  expect(advertised()).toEqual(['10.225.0.0/16'])
})

test('a berthd that was killed half way knows what to take back', async () => {
  const { open, fake, advertised } = machine()
  const run = fake.host.run.bind(fake.host)
  fake.host.run = (argv, options) => (argv[1] === 'set' ? Promise.reject(new Error('killed')) : run(argv, options))
  await expect(open().advertise(ask('a'))).rejects.toThrow('killed')
  fake.host.run = run
  fake.settings.AdvertiseRoutes = ['192.168.77.0/24', '10.225.0.0/16'] // it was set, and berthd did not live to know
  await open().close()
  expect(advertised()).toEqual(['192.168.77.0/24'])
})

test('another pool takes the place of the first, which stays while an env has its addresses', async () => {
  const { open, advertised, state } = machine()
  const host = open()
  await host.advertise(ask('a'))
  Object.assign(state, { pool: '10.226.0.0/16', subnets: ['10.225.0.64/26'] })
  expect((await host.advertise(ask('a'))).routes).toEqual(['10.226.0.0/16', '10.225.0.0/16'])
  state.subnets = ['10.226.0.0/26']
  await host.advertise(ask('a'))
  expect(advertised()).toEqual(['192.168.77.0/24', '10.226.0.0/16'])
})

test('who has not asked for weeks is no reason to go on', async () => {
  const { open, clock, state } = machine()
  const host = open()
  await host.advertise(ask('lost'))
  await clock.wait(15 * 24 * 3600 * 1000)
  await host.advertise(ask('a'))
  expect(Object.keys(state.record.peers)).toEqual(['a'])
})
