/** Runs pieces of work one after another where they name the same key; different keys run at once. */
export interface KeyedLock {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

/** A fresh lock; waiting is first come, first served. */
export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>()
  return {
    async run(key, work) {
      const before = tails.get(key)
      const { promise, resolve } = Promise.withResolvers<void>()
      tails.set(key, promise)
      await before
      try {
        return await work()
      } finally {
        if (tails.get(key) === promise) tails.delete(key)
        resolve()
      }
    },
  }
}
