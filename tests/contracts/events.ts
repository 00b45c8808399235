import { beforeEach, expect, test } from 'vitest'
import type { NewEvent } from '../../src/core/events/model.ts'
import type { Store } from '../../src/core/ports.ts'

/** What every store does with events; `open` answers with an empty one whose clock goes on a minute a look. */
export function eventsContract(open: () => Store): void {
  let store: Store
  beforeEach(() => (store = open()))

  const ids = async (...args: Parameters<Store['events']['after']>) =>
    (await store.events.after(...args)).map(({ id }) => id)

  test('come back as they went in, numbered, with what was not said filled in', async () => {
    await store.events.add([up('shop/a')])
    await store.events.add([
      {
        type: 'daemon.started',
        subject: 'berthd',
        context: 'work',
        operation: 'op1',
        actor: 'owner',
        data: { x: [1] },
      },
    ])
    expect(await store.events.after(0, {}, 10)).toEqual([
      {
        id: 1,
        time: '2026-01-01T00:00:00.000Z',
        type: 'env.up',
        subject: 'shop/a',
        machine: 'local',
        context: 'default',
        operation: null,
        actor: 'berthd',
        data: {},
      },
      {
        id: 2,
        time: '2026-01-01T00:01:00.000Z',
        type: 'daemon.started',
        subject: 'berthd',
        machine: 'local',
        context: 'work',
        operation: 'op1',
        actor: 'owner',
        data: { x: [1] },
      },
    ])
    expect(await ids(1, {}, 10)).toEqual([2])
    expect(await ids(0, {}, 1)).toEqual([1])
  })

  test('are found by type, the first word of one, and subject', async () => {
    await store.events.add([up('shop/a'), up('shop/b'), { type: 'env.down', subject: 'shop/a' }])
    await store.events.add([{ type: 'engine.away', subject: 'docker' }])
    expect(await ids(0, { subject: 'shop/a' }, 10)).toEqual([1, 3])
    expect(await ids(0, { types: ['env'] }, 10)).toEqual([1, 2, 3])
    expect(await ids(0, { types: ['env.down', 'engine'] }, 10)).toEqual([3, 4])
    expect(await ids(0, { types: ['en', 'env.d', '%'] }, 10)).toEqual([])
    expect(await ids(0, { types: ['env'], subject: 'shop/b' }, 10)).toEqual([2])
  })

  test('the last so many, and those since a time', async () => {
    for (const name of ['a', 'b', 'a', 'b']) await store.events.add([up(`shop/${name}`)])
    expect(await store.events.startOf({}, {})).toBe(0)
    expect(await store.events.startOf({}, { tail: 1 })).toBe(3)
    expect(await store.events.startOf({}, { tail: 9 })).toBe(0)
    expect(await store.events.startOf({ subject: 'shop/a' }, { tail: 1 })).toBe(1)
    expect(await store.events.startOf({}, { since: '2026-01-01T00:02:00.000Z' })).toBe(2)
    expect(await store.events.startOf({}, { since: '2026-01-01T00:02:00.001Z' })).toBe(3)
    expect(await store.events.startOf({}, { since: '2027-01-01T00:00:00.000Z', tail: 1 })).toBe(4)
  })

  test('the newest ten thousand are kept, and no number is given again', async () => {
    expect(await store.events.kept()).toEqual({ oldest: 0, newest: 0 })
    for (let batch = 0; batch < 11; batch++) await store.events.add(Array.from({ length: 1000 }, () => up('shop/a')))
    expect(await store.events.kept()).toEqual({ oldest: 1001, newest: 11_000 })
    expect(await ids(0, {}, 1)).toEqual([1001])
  })

  test('of an operation are kept with its end', async () => {
    await store.journal.begin({ id: 'one', kind: 'env.up', envId: 'a', subject: 'shop/a', actor: 'owner', input: {} })
    await store.journal.end('one', 'done', undefined, [up('shop/a'), up('shop/b')])
    expect(await store.journal.open()).toEqual([])
    expect(await ids(0, {}, 10)).toEqual([1, 2])
  })
}

const up = (subject: string): NewEvent => ({ type: 'env.up', subject })
