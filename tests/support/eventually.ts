import { setTimeout as wait } from 'node:timers/promises'

/** Repeats a check until it passes; after the deadline its last failure is thrown. */
export async function eventually<T>(check: () => T | Promise<T>, deadlineMs = 15_000): Promise<T> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await wait(10)
  }
}
