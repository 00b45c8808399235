import { lockEnv } from '../../core/envs/lock-env.ts'
import type { EnvRecord } from '../../core/envs/model.ts'
import { isUnmounted, restartEnded } from '../../core/envs/restart-ended.ts'
import { toAppError } from '../../core/errors.ts'
import { labels } from '../../core/labels.ts'
import type { ContainerEngine, EngineContainer } from '../../core/ports.ts'
import type { DaemonDeps } from '../dependencies.ts'

/** What is known when the engine answers. */
export interface Returned {
  /** Ids of what ran when the engine was last seen. */
  ranBefore: readonly string[]
  /** This daemon saw the engine go and come back; otherwise either may have been away, or nothing happened. */
  wasAway: boolean
}

/**
 * Brings back what ran when the engine went away, or the machine, and stands still now (Docker leaves most containers
 * exited then, whatever their restart policy). What a user stopped by hand did not run then, and stays.
 */
export async function bringBack(
  deps: DaemonDeps,
  { ranBefore, wasAway, isMeant }: Returned & { isMeant: (env: EnvRecord) => boolean },
  log: (message: string) => void,
): Promise<void> {
  const before = new Set(ranBefore)
  const still = deps.observed.all().filter(({ id, state }) => before.has(id) && state === 'exited')
  const ended = wasAway ? still : await endedByEngine(deps.engine, still)
  const byEnv = Map.groupBy(ended, (container) => container.labels[labels.env])
  for (const env of await deps.store.envs()) {
    if (env.phase !== 'ready' || !isMeant(env)) continue
    const unmounted = await isUnmounted(deps, env)
    const own = [...(byEnv.get(env.id) ?? []), ...(unmounted ? running(deps, env) : [])]
    if (env.desired === 'up' && own.length > 0) startInBackground(deps, env, own, log)
    else if (unmounted) await deps.workspaces.restore(env.workspace, env.copyMethod)
  }
}

const running = ({ observed }: DaemonDeps, { id }: EnvRecord) =>
  observed.of(id).filter(({ state }) => state === 'running')

/**
 * Those that ended with the engine, not before it: an engine ends everything at once, so where any container has been
 * running since before another ended, that one was stopped by hand or ended by itself.
 */
async function endedByEngine(engine: ContainerEngine, still: EngineContainer[]): Promise<EngineContainer[]> {
  if (still.length === 0) return []
  const survivors = (await engine.containers([])).filter(({ state }) => state === 'running')
  const starts = await Promise.all(survivors.map(({ id }) => engine.times(id)))
  const oldest = Math.min(...starts.map((times) => times?.startedAt ?? Number.POSITIVE_INFINITY))
  const ends = await Promise.all(still.map(({ id }) => engine.times(id)))
  return still.filter((_, index) => oldest > (ends[index]?.endedAt ?? Number.POSITIVE_INFINITY))
}

function startInBackground(
  deps: DaemonDeps,
  env: EnvRecord,
  containers: readonly EngineContainer[],
  log: (message: string) => void,
): void {
  const label = `${env.project}/${env.name}`
  const ids = containers.map(({ id }) => id)
  log(`${label} was ended with the engine: starting ${containers.map(({ name }) => name).join(', ')} again`)
  deps.operations.start(deps.ids.short(12), async (scope) => {
    try {
      await lockEnv(deps, env, async (current) => {
        if (current.desired === 'up') await restartEnded(deps, current, { containers: ids }, scope)
      })
    } catch (error) {
      log(`${label} could not be brought back: ${toAppError(error).message}`)
    }
  })
}
