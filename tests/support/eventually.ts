import { setTimeout as wait } from 'node:timers/promises'

/**
 * Repeats a check until it passes; after the deadline its last failure is thrown. The deadline is for a machine on which everything takes
 * many times as long: it costs nothing but where a test fails.
 */
export async function eventually<T>(check: () => T | Promise<T>, deadlineMs = 90_000): Promise<T> {
  const begun = performance.now()
  for (;;) {
    const asked = performance.now()
    try {
      return await check()
    } catch (error) {
      if (performance.now() - begun > deadlineMs) throw error
    }
    await wait(restAfter(performance.now() - asked, performance.now() - begun))
  }
}

/**
 * Ten ms at first, then a tenth of what was waited already, up to a tenth of a second. A check that starts programs takes time from what
 * it waits for: it rests as long as it took, up to half a second.
 */
function restAfter(tookMs: number, waitedMs: number): number {
  return Math.max(Math.min(100, Math.max(10, waitedMs / 10)), Math.min(500, tookMs))
}
