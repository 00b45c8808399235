/** Lets each key do something only so often. */
export interface RateLimiter {
  /** Takes one place; false where none is free. */
  take(key: string): boolean
  /** Gives a place back that turned out not to count. */
  giveBack(key: string): void
}

/** How often: so many at once, and one more each `1 / perSecond` seconds. */
export interface Rate {
  burst: number
  perSecond: number
}

/** Keys remembered at most; whoever comes under more than these shares what is forgotten first. */
const mostKeys = 10_000

/** A limiter over a clock in milliseconds. */
export function createRateLimiter({ burst, perSecond }: Rate, now: () => number): RateLimiter {
  const used = new Map<string, { count: number; at: number }>()
  const current = (key: string) => {
    const { count, at } = used.get(key) ?? { count: 0, at: 0 }
    return Math.max(0, count - ((now() - at) / 1000) * perSecond)
  }
  const set = (key: string, count: number) => {
    used.delete(key)
    used.set(key, { count, at: now() })
    const [oldest = key] = used.keys()
    if (used.size > mostKeys) used.delete(oldest)
  }
  return {
    take(key) {
      const count = current(key)
      if (count + 1 > burst) return false
      set(key, count + 1)
      return true
    },
    giveBack: (key) => set(key, Math.max(0, current(key) - 1)),
  }
}
