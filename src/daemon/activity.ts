import type { Clock } from '../core/ports.ts'

/** When somebody last asked for a change. */
export interface Activity {
  note(): void
  lastChangeAt(): Date
}

/** Activity that begins now. */
export function createActivity(clock: Pick<Clock, 'now'>): Activity {
  let last = clock.now()
  return { note: () => void (last = clock.now()), lastChangeAt: () => last }
}
