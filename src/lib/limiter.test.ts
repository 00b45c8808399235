import { expect, test } from 'vitest'
import { createLimiter } from './limiter.ts'

test('no more than so many run at once, in order, also after a failure', async () => {
  const limit = createLimiter(2)
  const started: number[] = []
  let running = 0
  let most = 0
  const task = (id: number) => async () => {
    started.push(id)
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    if (id === 1) throw new Error('one')
    return id
  }
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map((id) => limit(task(id))))
  expect(most).toBe(2)
  expect(started).toEqual([0, 1, 2, 3, 4])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
})
