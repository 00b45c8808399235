/** Runs pieces of work one after another where they name the same key; different keys run at once. */
export interface KeyedLock {
  /** Rejects with the signal's reason when that aborts while the work still waits; once begun, the work runs to its end. */
  run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

/** A fresh lock; waiting is first come, first served. */
export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>()
  return {
    async run(key, work, signal) {
      const before = tails.get(key)
      const { promise: done, resolve } = Promise.withResolvers<void>()
      // whoever gives up its place must not let the next one in before its turn
      const tail = Promise.all([before, done]).then(() => {
        if (tails.get(key) === tail) tails.delete(key)
      })
      tails.set(key, tail)
      try {
        await orAborted(before, signal)
        return await work()
      } finally {
        resolve()
      }
    },
  }
}

async function orAborted(turn: Promise<void> | undefined, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  if (!turn || !signal) return turn
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', abort)
  try {
    await Promise.race([turn, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
