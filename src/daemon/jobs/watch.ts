import type { Observed } from '../../core/envs/observed.ts'
import { AppError, toAppError } from '../../core/errors.ts'
import type { Clock, ContainerEngine, EngineContainer } from '../../core/ports.ts'

interface WatchDeps {
  engine: ContainerEngine
  observed: Observed
  clock: Clock
  log: (message: string) => void
  /** Called when the engine answers again after it was away, with what ran when it went. */
  onReturn: (ranBefore: readonly EngineContainer[]) => void
}

/** Longest pause between two attempts to reach an engine that is away, ms. */
const longestPause = 5000

/** Keeps the observation true by the engine's events, through engine restarts, until the signal aborts. */
export async function watchEngine(deps: WatchDeps, signal: AbortSignal): Promise<void> {
  let pause = 250
  let ranBefore: EngineContainer[] = []
  for (let away = false; !signal.aborted; ) {
    try {
      await followEvents(deps, signal, () => {
        if (away) deps.onReturn(ranBefore)
        away = false
        pause = 250
      })
    } catch (error) {
      if (signal.aborted) return
      if (!away) {
        deps.log(`the container engine is away: ${toAppError(error).message}`)
        ranBefore = deps.observed.all().filter(({ state }) => state === 'running')
      }
      deps.observed.clear()
      away = true
      await pauseFor(deps.clock, pause, signal)
      pause = Math.min(longestPause, pause * 2)
    }
  }
}

/** Follows the events of one connection; `onReady` is called when the observation is whole. */
async function followEvents(
  { engine, observed, log }: WatchDeps,
  signal: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const events = engine.events(signal)[Symbol.asyncIterator]()
  // Subscribed first, read second: what happens in between is in the stream.
  let next = events.next()
  next.catch(ignoreUntilAwaited)
  await observed.reload()
  onReady()
  for (;;) {
    const { value, done } = await next
    if (done) {
      if (signal.aborted) return
      throw new AppError('ENGINE_UNAVAILABLE', 'the event stream ended')
    }
    next = events.next()
    next.catch(ignoreUntilAwaited)
    observed.apply(value).catch((error) => log(`an event could not be taken in: ${toAppError(error).message}`))
  }
}

/** The rejection is seen where the promise is awaited; without this Node would end the process first. */
const ignoreUntilAwaited = () => undefined

async function pauseFor(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.wait(ms, signal)
  } catch {
    // Aborted: the loop sees it.
  }
}
