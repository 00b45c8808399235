import { expect, test } from 'vitest'
import { createRateLimiter } from './rate-limiter.ts'

const takeMany = (take: () => boolean, times: number) => Array.from({ length: times }, take).filter(Boolean).length

test('lets so many pass at once, then one each so often', () => {
  let now = 0
  const limiter = createRateLimiter({ burst: 10, perSecond: 0.5 }, () => now)
  expect(takeMany(() => limiter.take('a'), 100)).toBe(10)
  now = 1999
  expect(limiter.take('a')).toBe(false)
  now = 2000
  expect(takeMany(() => limiter.take('a'), 5)).toBe(1)
  now = 1_000_000
  expect(takeMany(() => limiter.take('a'), 100)).toBe(10)
})

test('each key has its own places, and those given back are free again', () => {
  const limiter = createRateLimiter({ burst: 1, perSecond: 1 }, () => 0)
  expect([limiter.take('a'), limiter.take('b'), limiter.take('a')]).toEqual([true, true, false])
  limiter.giveBack('a')
  expect([limiter.take('a'), limiter.take('a')]).toEqual([true, false])
})

test('remembers only so many keys', () => {
  const limiter = createRateLimiter({ burst: 1, perSecond: 1 }, () => 0)
  for (let key = 0; key < 20_000; key++) limiter.take(String(key))
  expect(limiter.take('19999')).toBe(false)
  expect(limiter.take('0')).toBe(true)
})
