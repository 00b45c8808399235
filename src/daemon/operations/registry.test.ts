import { expect, test } from 'vitest'
import { createOperationRegistry } from './registry.ts'

test('what is under way is under way with all its parts, until it ends', async () => {
  const operations = createOperationRegistry({ clock: { now: () => new Date(0) } })
  const { promise, resolve } = Promise.withResolvers<void>()
  operations.start('abc', () => promise, 'owner')
  expect(['abc', 'abc-create', 'abcd', 'ab'].map((id) => operations.isRunning(id))).toEqual([true, true, false, false])
  resolve()
  await operations.ended('abc')
  expect(['abc', 'abc-create'].map((id) => operations.isRunning(id))).toEqual([false, false])
})
