import type { Observed } from '../envs/observed.ts'
import { AppError } from '../errors.ts'
import type { LogBatch, LogOptions } from '../ports/engine.ts'
import type { Clock, ContainerEngine } from '../ports.ts'
import type { LogPause } from './model.ts'
import { momentAfter } from './moment.ts'

/** Which part of a log; moments as the engine takes them. */
export type LogPart = Omit<LogOptions, 'follow'>

/** What a container wrote so far. */
export async function* readLog(
  engine: ContainerEngine,
  container: string,
  part: LogPart,
  signal: AbortSignal,
): AsyncGenerator<LogBatch | LogPause> {
  try {
    yield* engine.logs(container, { ...part, follow: false }, signal)
    yield { reason: undefined }
  } catch (thrown) {
    yield { reason: reasonOf(thrown) }
  }
}

/** Time of the newest entry of a log (written since a moment), or undefined where it has none or cannot be read. */
export async function newestEntry(
  engine: ContainerEngine,
  container: string,
  since: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  let newest: string | undefined
  for await (const piece of readLog(engine, container, { since, tail: 1 }, signal))
    if ('entries' in piece) newest = piece.entries.at(-1)?.time
  return newest
}

/** Pause between two looks at a container that is said to run but whose log ended, ms: the news of its end is on its way. */
const newsDelay = 20

/**
 * What a container writes, through its restarts and the engine's, until the signal aborts. `newest`: time of the newest
 * entry there was before.
 */
export async function* followLog(
  deps: { engine: ContainerEngine; observed: Observed; clock: Clock },
  env: string,
  container: string,
  part: LogPart,
  newest: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<LogBatch | LogPause> {
  let rest: LogPart = part
  let last = newest
  while (!signal.aborted) {
    try {
      for await (const batch of deps.engine.logs(container, { ...rest, follow: true }, signal)) {
        yield batch
        last = batch.entries.at(-1)?.time ?? last
      }
    } catch (thrown) {
      if (!isAway(thrown)) {
        yield { reason: reasonOf(thrown) }
        return
      }
      // the engine will be back, and the container with it
    }
    // what the tail left out stays left out; every later line counts
    rest = { since: last === undefined ? rest.since : momentAfter(last) }
    yield { reason: undefined }
    await untilRunning(deps, env, container, signal)
  }
}

async function untilRunning(
  { observed, clock }: { observed: Observed; clock: Clock },
  env: string,
  container: string,
  signal: AbortSignal,
): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await Promise.race([aborted, clock.wait(newsDelay)])
  while (!signal.aborted) {
    if (observed.of(env).some(({ id, state }) => id === container && state === 'running')) return
    const { promise: change, resolve: changed } = Promise.withResolvers<void>()
    const unsubscribe = observed.onChange(changed)
    await Promise.race([aborted, change])
    unsubscribe()
  }
}

const isAway = (thrown: unknown) => thrown instanceof AppError && thrown.code === 'ENGINE_UNAVAILABLE'

const reasonOf = (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown))
