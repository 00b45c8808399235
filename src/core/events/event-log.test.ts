import { assert, asyncProperty, nat, scheduler as schedulers } from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { createFakeStore } from '../../../tests/fakes/fake-store.ts'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import { AppError } from '../errors.ts'
import type { EventStore, Store } from '../ports.ts'
import { createEventLog, type EventLog } from './event-log.ts'
import type { BerthEvent } from './model.ts'

let store: Store
let log: EventLog
beforeEach(() => {
  store = createFakeStore({ clock: systemClock })
  log = createEventLog(store.events, redact)
})

const redact = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('hunter2', '***')) as T
const tell = (subject: string) => log.tell({ type: 'env.up', subject })

/** Reads until so many are there. */
async function take(count: number, after = 0, filter = {}): Promise<BerthEvent[]> {
  const over = new AbortController()
  const taken: BerthEvent[] = []
  for await (const event of log.read({ after, filter, follow: true, signal: over.signal })) {
    taken.push(event)
    if (taken.length === count) over.abort()
  }
  return taken
}

test('whoever follows gets every event once and in order, however telling and reading fall', async () => {
  await assert(
    asyncProperty(schedulers(), nat(30), async (scheduler, before) => {
      store = createFakeStore({ clock: systemClock })
      const after = scheduler.scheduleFunction((...args: Parameters<EventStore['after']>) =>
        store.events.after(...args),
      )
      const add = scheduler.scheduleFunction((events: Parameters<EventStore['add']>[0]) => store.events.add(events))
      log = createEventLog({ ...store.events, after, add }, redact)
      const told = Array.from({ length: 40 }, (_, at) => () => tell(`shop/${at}`))
      const early = Promise.all(told.slice(0, before).map((one) => one()))
      const reading = take(40)
      const late = Promise.all(told.slice(before).map((one) => one()))
      await scheduler.waitFor(Promise.all([early, late, reading]))
      expect((await reading).map(({ id }) => id)).toEqual(told.map((_, at) => at + 1))
    }),
    { numRuns: 60 },
  )
})

test('going on after a number, over more than is read at once', async () => {
  await store.events.add(Array.from({ length: 1200 }, (_, at) => ({ type: 'env.up', subject: `shop/${at % 2}` })))
  expect((await take(1100, 100)).map(({ id }) => id)).toEqual(Array.from({ length: 1100 }, (_, at) => at + 101))
  expect((await take(600, 0, { subject: 'shop/1' })).at(-1)?.id).toBe(1200)
})

test('not followed, it ends with what there is; closed, at once', async () => {
  await tell('shop/a')
  const signal = new AbortController().signal
  const reading = Array.fromAsync(log.read({ after: 0, filter: {}, follow: false, signal }))
  expect(await reading).toHaveLength(1)
  const following = Array.fromAsync(log.read({ after: 0, filter: {}, follow: true, signal }))
  log.close()
  expect((await following).length).toBeLessThan(2)
})

test('secrets are taken out before an event is kept', async () => {
  await log.tell({ type: 'operation.failed', subject: 'shop/a', data: { message: 'no hunter2' } })
  expect(await store.events.after(0, {}, 1)).toMatchObject([{ data: { message: 'no ***' } }])
})

test.each([
  ['env.create', 'done', undefined, [{ type: 'env.created', data: {} }]],
  ['env.down', 'done', undefined, [{ type: 'env.down', data: { volumes: true } }]],
  ['machine.sync', 'done', undefined, []],
  ['env.up', 'undone', undefined, [{ type: 'operation.undone', data: { kind: 'env.up' } }]],
  [
    'machine.sync',
    'failed',
    { code: 'DISK_FULL', message: 'full' },
    [{ type: 'operation.failed', data: { kind: 'machine.sync', code: 'DISK_FULL', message: 'full' } }],
  ],
] as const)('the end of %s, %s, is told', async (kind, state, error, events) => {
  const journal = log.telling(store.journal)
  const input = { volumes: true, other: 'thing' }
  await journal.begin({ id: 'op1', kind, envId: 'a', subject: 'shop/a', actor: 'owner', input })
  await journal.end('op1', state, error)
  const common = { subject: 'shop/a', operation: 'op1', actor: 'owner' }
  expect(await store.events.after(0, {}, 9)).toMatchObject(events.map((event) => ({ ...common, ...event })))
  expect(await store.events.kept()).toMatchObject({ newest: events.length })
})

test('an operation that is postponed says why, and what it came to in the end', async () => {
  const journal = log.telling(store.journal)
  await journal.begin({ id: 'op1', kind: 'env.up', envId: 'a', subject: 'shop/a', actor: 'owner', input: {} })
  const { code, message } = new AppError('ENGINE_UNAVAILABLE', 'gone')
  await journal.postpone('op1', { code, message })
  await journal.end('op1', 'done')
  const types = (await store.events.after(0, {}, 9)).map(({ type }) => type)
  expect(types).toEqual(['operation.postponed', 'env.up'])
})
