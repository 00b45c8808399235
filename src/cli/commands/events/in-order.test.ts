import { expect, test } from 'vitest'
import { inOrder } from './in-order.ts'

const list = (machine: string, ...times: number[]) => times.map((time, id) => ({ machine, id, time: `T${time}` }))

test('by time over machines, by number within one', () => {
  const merged = inOrder([list('a', 1, 4, 5), [], list('b', 2, 3, 9)])
  expect(merged.map(({ time }) => time).join(' ')).toBe('T1 T2 T3 T4 T5 T9')
})

test('a clock that was set back reorders nothing of its own machine', () => {
  const merged = inOrder([list('a', 5, 1, 6), list('b', 2)])
  expect(merged.filter(({ machine }) => machine === 'a').map(({ id }) => id)).toEqual([0, 1, 2])
})
