import { toAppError } from '../errors.ts'
import { labels } from '../labels.ts'
import { finishAlways } from '../operations/finish-always.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import type { EngineContainer } from '../ports.ts'
import type { EnvDeps } from './deps.ts'
import { envContainers } from './env-containers.ts'
import type { EnvRecord } from './model.ts'
import { aboutEnv } from './name.ts'
import { startOrder } from './start-order.ts'

/** How long the next containers wait for those they need to become healthy, ms; then they start all the same. */
const patience = 60_000

/**
 * Starts containers of an env again, as they were: nothing is planned or made anew. Where a reboot left the workspace
 * unmounted, those of them that run look into an empty directory, and are stopped before. Under the env's lock.
 */
export async function restartEnded(
  deps: EnvDeps,
  env: EnvRecord,
  { containers }: { containers: readonly string[] },
  asked: OperationScope,
): Promise<EnvRecord> {
  const scope = finishAlways(asked)
  return withOperation(deps, scope, { kind: 'env.restart', ...aboutEnv(env), input: { containers } }, async () => {
    const steps = [
      { name: 'workspace', title: 'mount its workspace', run: () => mountWorkspace(deps, env, containers) },
      {
        name: 'start',
        title: 'start what was ended',
        finishLater: true as const,
        run: async () => startAgain(deps, await chosen(deps, env, containers), scope),
      },
    ]
    await runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, steps)
    return env
  })
}

/** Whether an env's workspace is an overlay that a reboot has left unmounted. */
export async function isUnmounted({ files }: Pick<EnvDeps, 'files'>, env: EnvRecord): Promise<boolean> {
  return env.copyMethod === 'overlay' && (await files.list(env.workspace)).length === 0
}

async function mountWorkspace(deps: EnvDeps, env: EnvRecord, containers: readonly string[]): Promise<void> {
  if (!(await isUnmounted(deps, env))) return
  for (const { id } of await chosen(deps, env, containers)) await deps.engine.stopContainer(id)
  await deps.workspaces.restore(env.workspace, env.copyMethod)
}

async function chosen(deps: EnvDeps, env: EnvRecord, ids: readonly string[]): Promise<EngineContainer[]> {
  return (await envContainers(deps, env.id)).filter(({ id }) => ids.includes(id))
}

/** Starts containers in the order they depend on each other; one that does not start is told, and keeps none from trying. */
async function startAgain(deps: EnvDeps, containers: EngineContainer[], scope: OperationScope): Promise<void> {
  let failure: unknown
  for (const wave of startOrder(containers)) {
    const results = await Promise.allSettled(wave.map(({ id }) => deps.engine.startContainer(id)))
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue
      failure ??= result.reason
      const { message } = toAppError(result.reason)
      scope.emit({ type: 'warning', message: `${wave[index]?.name} could not be started: ${message}` })
    }
    await untilHealthy(deps, wave)
  }
  if (failure !== undefined) throw failure
}

async function untilHealthy({ engine, clock, homeId }: EnvDeps, wave: readonly EngineContainer[]): Promise<void> {
  const deadline = clock.now().getTime() + patience
  const ids = new Set(wave.map(({ id }) => id))
  const env = wave[0]?.labels[labels.env] ?? ''
  while (clock.now().getTime() < deadline) {
    const starting = (await envContainers({ engine, homeId }, env)).some(
      ({ id, health }) => ids.has(id) && health === 'starting',
    )
    if (!starting) return
    await clock.wait(100)
  }
}
