import { toAppError } from '../../core/errors.ts'
import { noticeEnds } from '../../core/sessions/notice-ends.ts'
import type { DaemonDeps } from '../dependencies.ts'

/** Pause between two looks, ms. */
const pause = 1000

/** Every so many looks, and at the first, the multiplexer is asked as well. */
const thorough = 30

/** Tells of sessions that end, also of those that ended while no daemon ran, until the signal aborts. */
export async function watchSessions(
  deps: DaemonDeps,
  log: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let look = 0; !signal.aborted; look++) {
    await noticeEnds(deps, { all: look % thorough === 0 }).catch((error: unknown) =>
      log(`the sessions could not be looked at: ${toAppError(error).message}`),
    )
    // aborted: the loop sees it
    await deps.clock.wait(pause, signal).catch(() => undefined)
  }
}
