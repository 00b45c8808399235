import type { Observed } from '../../core/envs/observed.ts'
import { AppError, toAppError } from '../../core/errors.ts'
import type { Clock, ContainerEngine, EngineEvent } from '../../core/ports.ts'
import type { Returned } from './bring-back.ts'
import type { RunningNote } from './note-running.ts'

interface WatchDeps {
  engine: ContainerEngine
  observed: Observed
  clock: Clock
  log: (message: string) => void
  note: RunningNote
  /** Hears every event of the engine. */
  hear: (event: EngineEvent) => void
  /** Called when the engine answers, at first and each time after it was away. */
  onEngine: (returned: Returned) => void
  /** Called each time it is found to be away. */
  onAway: () => void
}

/** Pauses between two attempts to reach an engine that is away, ms: each twice as long as the one before. */
const [shortestPause, longestPause] = [250, 5000] as const

/** Keeps the observation true by the engine's events, through engine restarts, until the signal aborts. */
export async function watchEngine(deps: WatchDeps, signal: AbortSignal): Promise<void> {
  let pause: number = shortestPause
  let ranBefore = await deps.note.before()
  let engine: 'unknown' | 'here' | 'away' = 'unknown'
  const arrive = () => {
    deps.onEngine({ ranBefore, wasAway: engine === 'away' })
    deps.note.engineIsHere()
    engine = 'here'
    pause = shortestPause
  }
  while (!signal.aborted) {
    try {
      await followEvents(deps, signal, arrive)
    } catch (error) {
      if (signal.aborted) return
      if (engine !== 'away') {
        deps.onAway()
        deps.log(`the container engine is away: ${toAppError(error).message}`)
      }
      if (deps.note.isHere()) ranBefore = deps.note.engineIsGone()
      deps.observed.clear()
      engine = 'away'
      await pauseFor(deps.clock, pause, signal)
      pause = Math.min(longestPause, pause * 2)
    }
  }
}

/** Follows the events of one connection; `onReady` is called when the observation is whole. */
async function followEvents(
  { engine, observed, note, log, hear }: WatchDeps,
  signal: AbortSignal,
  onReady: () => void,
): Promise<void> {
  // Subscribed first, read second: what happens in between is in the stream.
  const events = await engine.events(signal)
  await observed.reload()
  onReady()
  for await (const value of events) {
    if (value.type === 'container') note.hear(value)
    hear(value)
    observed.apply(value).catch((error) => log(`an event could not be taken in: ${toAppError(error).message}`))
  }
  if (!signal.aborted) throw new AppError('ENGINE_UNAVAILABLE', 'the event stream ended')
}

async function pauseFor(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.wait(ms, signal)
  } catch {
    // Aborted: the loop sees it.
  }
}
