import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../src/core/ports.ts'

/** The real time, for tests of real programs. */
export const testClock: Clock = {
  now: () => new Date(),
  wait: (ms, signal) => wait(ms, undefined, { signal }),
}
