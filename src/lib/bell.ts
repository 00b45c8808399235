/** Wakes whoever waits. */
export interface Bell {
  /** Aborts at the next ring. */
  next(): AbortSignal
  ring(): void
}

/** Makes one. */
export function createBell(): Bell {
  let waiting = new AbortController()
  return {
    next: () => waiting.signal,
    ring() {
      const rung = waiting
      waiting = new AbortController()
      rung.abort()
    },
  }
}
