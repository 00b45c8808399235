import { upEnv } from '../../core/envs/up.ts'
import { toAppError } from '../../core/errors.ts'
import { labels } from '../../core/labels.ts'
import type { EngineContainer } from '../../core/ports.ts'
import type { DaemonDeps } from '../dependencies.ts'

/**
 * Brings back what ran when the engine went away and stands still now that it is back (Docker 20.10 leaves containers
 * exited, whatever their restart policy, when it is killed). What a user stopped by hand did not run then, and stays.
 */
export async function bringBack(
  deps: DaemonDeps,
  ranBefore: readonly EngineContainer[],
  log: (message: string) => void,
): Promise<void> {
  const runs = new Set(
    deps.observed
      .all()
      .filter(({ state }) => state === 'running')
      .map(({ id }) => id),
  )
  const ended = ranBefore.filter(({ id }) => !runs.has(id))
  const envIds = new Set(ended.map((container) => container.labels[labels.env]))
  for (const { id, name, project, desired } of await deps.store.envs()) {
    if (!envIds.has(id) || desired !== 'up') continue
    log(`${project}/${name} was ended by the engine: bringing it back`)
    const whole = { services: [], build: false, strict: false, timeoutSeconds: 600, variables: {}, create: null }
    deps.operations.start(deps.ids.short(12), async (scope) => {
      await upEnv(deps, { ...whole, env: { name, project } }, scope).catch((error) => {
        log(`${project}/${name} could not be brought back: ${toAppError(error).message}`)
      })
    })
  }
}
