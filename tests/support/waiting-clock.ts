import type { Clock } from '../../src/core/ports.ts'

/** A clock on which waiting takes no time and moves its hands. */
export interface TestClock extends Clock {
  /** What was waited for, ms. */
  waited: number[]
}

/** One that starts now. */
export function createTestClock(): TestClock {
  let now = Date.now()
  const waited: number[] = []
  return {
    waited,
    now: () => new Date(now),
    async wait(ms, signal) {
      signal?.throwIfAborted()
      waited.push(ms)
      now += ms
    },
  }
}
