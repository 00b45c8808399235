import { expect, test } from 'vitest'
import type { EngineContainer } from '../ports.ts'
import { watchDeployment } from './watch.ts'

const container: EngineContainer = {
  id: 'c1',
  name: 'shop-web-1',
  image: '',
  imageId: '',
  state: 'running',
  health: 'none',
  exitCode: null,
  labels: { 'com.docker.compose.service': 'web' },
  networks: {},
  networkOf: null,
  ports: [],
  createdAt: '',
}

function world() {
  const now = { containers: [container], startedAt: 1000 }
  const engine = {
    containers: async () => now.containers,
    times: async () => ({ startedAt: now.startedAt, endedAt: null }),
    lastLines: async () => ['no luck'],
  }
  const watch = watchDeployment({ engine } as never, { composeProject: 'shop-app-d1' })
  return { now, watch }
}

test.each([
  ['ended badly', { state: 'exited', exitCode: 3 }, 'web ended with code 3'],
  ['restarts', { state: 'restarting', exitCode: 1 }, 'web ended with code 1'],
  ['is unhealthy', { health: 'unhealthy' }, 'web is unhealthy'],
] as const)('a container that %s is seen, with what it wrote last', async (_, change, message) => {
  const { now, watch } = world()
  expect(await watch()).toBeNull()
  now.containers = [{ ...container, ...change }]
  expect(await watch()).toMatchObject({ message, stage: 'watch', details: { services: [{ lastLines: ['no luck'] }] } })
})

test('one that its restart policy has started anew has died too, and one that is gone', async () => {
  const { now, watch } = world()
  await watch()
  now.startedAt = 2000
  expect((await watch())?.message).toBe('web ended, and was started anew')
  now.startedAt = 1000
  now.containers = []
  expect((await watch())?.message).toBe('a container of it is gone')
})

test('a job that is done is well', async () => {
  const { now, watch } = world()
  await watch()
  now.containers = [{ ...container, state: 'exited', exitCode: 0 }]
  expect(await watch()).toBeNull()
})
