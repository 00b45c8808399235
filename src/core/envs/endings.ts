/** Why a container does not run: its work is done, or somebody stopped it by hand. */
export type Ending = 'done' | 'stopped'

/**
 * What is known of how containers last ended, by id; one that runs again may still be in it. One that failed, or ended
 * unseen, is not.
 */
export type Endings = Readonly<Record<string, Ending>>

/** What the engine says of a container. */
export interface ContainerNews {
  id: string
  /** `die`, `stop`, `destroy` … */
  action: string
  /** Of one that died. */
  exitCode: number | null
  /** It was sent a signal a moment ago. */
  signalled: boolean
}

/**
 * The endings after an event. `docker stop` is told as a signal, a death and a stop; `docker kill` without the last. A
 * start says nothing: that of a short job is told after its death.
 */
export function seeEnding(before: Endings, { id, action, exitCode, signalled }: ContainerNews): Endings {
  if (action === 'stop') return { ...before, [id]: 'stopped' }
  if (action !== 'die' && action !== 'destroy') return before
  const { [id]: _, ...others } = before
  if (action !== 'die') return others
  if (signalled) return { ...others, [id]: 'stopped' }
  return exitCode === 0 ? { ...others, [id]: 'done' } : others
}

/** The endings without those of some containers: of such as are gone, or were ended with their engine. */
export function forgetEndings(before: Endings, isForgotten: (id: string) => boolean): Endings {
  return Object.fromEntries(Object.entries(before).filter(([id]) => !isForgotten(id)))
}
