import { setTimeout as wait } from 'node:timers/promises'

/**
 * Repeats a check until it passes; after the deadline its last failure is thrown. Ten ms apart at first, then a tenth of what was waited
 * already, up to a tenth of a second: a check that starts programs takes time from what it waits for. The deadline is for a machine on
 * which everything takes many times as long: it costs nothing but where a test fails.
 */
export async function eventually<T>(check: () => T | Promise<T>, deadlineMs = 90_000): Promise<T> {
  const begun = performance.now()
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() - begun > deadlineMs) throw error
    }
    await wait(Math.min(100, Math.max(10, (performance.now() - begun) / 10)))
  }
}
