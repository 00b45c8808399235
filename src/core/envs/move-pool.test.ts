import { expect, test } from 'vitest'
import { createFakeStore } from '../../../tests/fakes/fake-store.ts'
import { sampleEnv } from '../../../tests/support/sample-env.ts'
import { createKeyedLock } from '../../lib/keyed-lock.ts'
import { homePaths } from '../home/paths.ts'
import { labels } from '../labels.ts'
import { resolveSettings } from '../settings/schema.ts'
import { movePool } from './move-pool.ts'

type Deps = Parameters<typeof movePool>[0]

interface World {
  routes?: string[]
  /** Networks of the engine: whose, and where. */
  networks?: { home: string; subnet: string }[]
  written?: boolean
  homeId?: string
}

async function world({ routes = [], networks = [], written = false, homeId = 'home' }: World = {}) {
  const store = createFakeStore({ clock: { now: () => new Date(0) } })
  await store.addEnv(sampleEnv({ id: 'a1b2c3', name: 'feat', subnet: '10.224.0.0/26' }))
  const files = new Map<string, string>()
  const settings = resolveSettings({})
  const engine = {
    networks: async () =>
      networks.map(({ home, subnet }) => ({ name: '', labels: { [labels.home]: home }, subnets: [subnet] })),
  }
  const deps = {
    store,
    settings,
    homeId,
    engine,
    locks: createKeyedLock(),
    routes: async () => routes,
    paths: homePaths('/home'),
    files: { writeText: async (path: string, text: string) => void files.set(path, text) },
    isPoolWritten: async () => written,
  } as unknown as Deps
  return { deps, files, settings }
}

const within = '10.224.0.0/11'

test('a pool that is in nobody’s way stays', async () => {
  const { deps, files } = await world()
  expect(await movePool(deps, { clear: ['10.230.0.0/16'], within })).toEqual({
    pool: '10.224.0.0/16',
    moved: false,
    fixed: false,
    envs: [],
  })
  expect(files.size).toBe(0)
})

test('one that is moves, is remembered, and what stays behind is named', async () => {
  const { deps, files, settings } = await world()
  const { pool, moved, envs } = await movePool(deps, { clear: ['10.224.0.0/16'], within })
  expect(moved).toBe(true)
  expect(pool).toMatch(/^10\.2[2-5]\d\.0\.0\/16$/)
  expect(pool).not.toBe('10.224.0.0/16')
  expect(settings.network.pool).toBe(pool)
  expect([...files]).toEqual([['/home/pool', `${pool}\n`]])
  expect(resolveSettings({}, pool).network.pool).toBe(pool)
  expect(envs.map(({ name, subnet }) => [name, subnet])).toEqual([['feat', '10.224.0.0/26']])
  expect(await movePool(deps, { clear: ['10.224.0.0/16'], within })).toMatchObject({ pool, moved: false })
})

test('the new one is clear of what is used there and here, and not the same for each machine', async () => {
  const clear = Array.from({ length: 30 }, (_, at) => `10.${224 + at}.0.0/16`)
  const { deps } = await world({ routes: ['10.254.9.0/24'], networks: [{ home: 'home', subnet: '10.255.0.0/26' }] })
  expect((await movePool(deps, { clear, within })).pool).toBe('10.255.0.0/16')
  const foreign = await world({ routes: ['10.254.9.0/24'], networks: [{ home: 'other', subnet: '10.255.0.0/26' }] })
  await expect(movePool(foreign.deps, { clear, within })).rejects.toThrow('no free /16 is left in 10.224.0.0/11')
  const chosen = new Set<string>()
  for (const homeId of ['a', 'b', 'c', 'd', 'e', 'f'])
    chosen.add((await movePool((await world({ homeId })).deps, { clear: ['10.224.0.0/16'], within })).pool)
  expect(chosen.size).toBeGreaterThan(2)
})

test('one that config.toml names stays, whoever asks', async () => {
  const { deps, settings } = await world({ written: true })
  expect(await movePool(deps, { clear: ['10.224.0.0/16'], within })).toMatchObject({ moved: false, fixed: true })
  expect(settings.network.pool).toBe('10.224.0.0/16')
})
