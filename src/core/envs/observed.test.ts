import { expect, test } from 'vitest'
import { createFakeEngine } from '../../../tests/fakes/fake-engine.ts'
import { labels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import { createObserved } from './observed.ts'

const container = (id: string): EngineContainer => ({
  id,
  name: id,
  image: 'x',
  imageId: 'sha256:x',
  state: 'running',
  health: 'none',
  exitCode: null,
  labels: { [labels.home]: 'home', [labels.env]: 'tea' },
  networks: {},
  networkOf: null,
  ports: [],
  createdAt: '2026-01-01T00:00:00.000Z',
})

/** An observation of an engine whose containers are whatever `engine.now` says. */
function openObserved() {
  const engine = { now: [] as EngineContainer[], asked: 0 }
  const containers = () => {
    engine.asked += 1
    return Promise.resolve(engine.now)
  }
  const observed = createObserved({
    engine: { ...createFakeEngine(() => ({ output: '', exitCode: 0 })), containers },
    homeId: 'home',
    clock: { wait: () => Promise.resolve() },
  })
  return { engine, observed, ids: () => observed.of('tea').map(({ id }) => id) }
}

test('what was just changed is seen without an event', async () => {
  const { engine, observed, ids } = openObserved()
  await observed.reload()
  engine.now = [container('one')]
  expect(ids()).toEqual([])
  await observed.look('tea')
  expect(ids()).toEqual(['one'])
  engine.now = []
  await observed.look('tea')
  expect(ids()).toEqual([])
})

test('a look during another one sees what came after that had begun', async () => {
  const { engine, observed, ids } = openObserved()
  const first = observed.look('tea')
  engine.now = [container('late')]
  await Promise.all([first, observed.look('tea')])
  expect(ids()).toEqual(['late'])
  expect(engine.asked).toBe(2)
})
