import { readFile } from 'node:fs/promises'

/** What must hold for "changed after" to mean anything: one boot, and a clock that was never set back. */
export interface ClockReading {
  bootId: string
  /** Time of day minus time since boot, in ms: constant but for the clock being set. */
  offset: number
  /** ms since 1970. */
  now: number
}

/** Resolution of /proc/uptime is 10 ms; a clock that is slewed drifts far less than this between two creates. */
const tolerance = 60

/** Reads the clock of this machine; null where it does not say when it was booted. */
export async function readClock(): Promise<ClockReading | null> {
  try {
    const [bootId, uptime] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile('/proc/uptime', 'utf8'),
    ])
    const now = Date.now()
    return { bootId: bootId.trim(), offset: now - Number.parseFloat(uptime) * 1000, now }
  } catch {
    // no Linux: then nothing that needs it is used
    return null
  }
}

/** Whether every change since `before` carries a later time than those before it. */
export function comparable(before: ClockReading, after: ClockReading): boolean {
  return before.bootId === after.bootId && after.offset > before.offset - tolerance
}
