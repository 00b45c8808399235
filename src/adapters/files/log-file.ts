import { openSync, writeSync } from 'node:fs'
import type { Clock } from '../../core/ports.ts'

/** Opens the daemon's log (0600) for lines of JSON with their time; returns what writes one. */
export function openLogFile(file: string, clock: Pick<Clock, 'now'>): (message: string) => void {
  const descriptor = openSync(file, 'a', 0o600)
  return (message) => {
    try {
      writeSync(descriptor, `${JSON.stringify({ time: clock.now().toISOString(), message })}\n`)
    } catch {
      // a full disk: the daemon must go on without its log, or nobody could free any space with it
    }
  }
}
