/** Runs tasks, at most so many at once, in the order they came. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>

/** A limiter that lets `places` tasks run at once. */
export function createLimiter(places: number): Limiter {
  let free = places
  const waiting: (() => void)[] = []
  return async (task) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
