/** What runs in an engine, and what was told to end a moment ago: from this it is known what an engine takes with it. */
export interface Ran {
  /** Ids of running containers when last looked. */
  running: readonly string[]
  /** When a container was last sent a signal, by id; ms since 1970. */
  signalled: Readonly<Record<string, number>>
}

/** An engine that stops in good order signals all its containers at once, within this time, ms. */
const burst = 1000

/** From then until it is gone it gives them this long, ms; Docker 15 s. */
const shutdown = 20_000

export const ranNothing: Ran = { running: [], signalled: {} }

/** What runs, seen again. */
export function seeRunning(before: Ran, running: readonly string[], now: number): Ran {
  const recent = Object.entries(before.signalled).filter(([, at]) => now - at <= shutdown)
  return { running, signalled: Object.fromEntries(recent) }
}

/**
 * A container is sent a signal (`docker stop` and `docker kill` do that, and so does an engine that stops). `isKill`: one that no program
 * can ignore; behind another it ends what did not end at that, and says nothing new.
 */
export function seeSignal(before: Ran, id: string, now: number, { isKill = false } = {}): Ran {
  const first = before.signalled[id]
  const at = isKill && first !== undefined && now - first <= shutdown ? first : now
  return { ...before, signalled: { ...before.signalled, [id]: at } }
}

/** A container starts: whatever signal it had is over. */
export function seeStart(before: Ran, id: string): Ran {
  const { [id]: _, ...signalled } = before.signalled
  return { ...before, signalled }
}

/**
 * Ids of what an engine that went away at `now` took with it. One that was killed leaves what runs to its successor, which
 * ends it. One that stopped in good order has signalled all that ran at once, and ended it before it closed: what was
 * stopped by hand had its signal before, and some other container none.
 */
export function lostWith({ running, signalled }: Ran, now: number): string[] {
  const last = Math.max(...Object.values(signalled))
  if (!(now - last <= shutdown)) return [...running]
  const together = Object.entries(signalled).filter(([, at]) => last - at <= burst)
  const ids = new Set(together.map(([id]) => id))
  return running.every((id) => ids.has(id)) ? [...ids] : [...running]
}
