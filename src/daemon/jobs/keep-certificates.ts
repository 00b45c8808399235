import { keepCertificates } from '../../core/deploy/certificates/keep.ts'
import { toAppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'

/** Longest pause between two looks, ms: also a clock that was set, or a machine that slept, is noticed. */
const longestPause = 60 * 60_000
/** After a look that failed, ms. */
const pauseAfterFault = 60_000

/** Looks after the certificates until the signal aborts: when one is due, and whenever the apps' domains change. */
export async function watchCertificates(
  deps: DaemonDeps,
  log: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (deps.ingressSettings.tls === null) return
  while (!signal.aborted) {
    const changed = deps.domainsChange.next()
    const next = await keepCertificates(deps, signal).catch((error: unknown) => {
      if (!signal.aborted) log(`the certificates could not be looked after: ${toAppError(error).message}`)
      return deps.clock.now().getTime() + pauseAfterFault
    })
    const pause = Math.min(longestPause, Math.max(0, next - deps.clock.now().getTime()))
    // aborted: the loop sees it
    await deps.clock.wait(pause, AbortSignal.any([signal, changed])).catch(() => undefined)
  }
}
