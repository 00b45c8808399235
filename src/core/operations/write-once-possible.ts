import { toAppError } from '../errors.ts'
import type { Clock } from '../ports.ts'

/** Between two tries, ms. */
const pause = 1000
/** After so many of them berthd was started anew for sure, and looks itself. */
const tries = 24 * 3600

/**
 * Makes a note of how something ended: now, or, where the disk is full, as soon as there is room. Resolves to whether that was now;
 * the caller need not wait for the other. Throws what is no full disk.
 */
export async function writeOncePossible({ clock }: { clock: Clock }, write: () => Promise<void>): Promise<boolean> {
  if (await isWritten(write)) return true
  void tryAgain(clock, write)
  return false
}

async function tryAgain(clock: Clock, write: () => Promise<void>): Promise<void> {
  for (let left = tries; left > 0; left--) {
    await clock.wait(pause)
    if (await isWritten(write).catch(() => true)) return
  }
}

async function isWritten(write: () => Promise<void>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if (toAppError(error).code !== 'DISK_FULL') throw error
    return false
  }
}
