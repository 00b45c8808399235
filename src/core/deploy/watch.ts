import { AppError } from '../errors.ts'
import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import type { DeployDeps } from './deps.ts'
import { failedServices } from './failed-services.ts'
import type { DeploymentRecord } from './model.ts'

/** How often a new version is looked at while the one before could still take over, ms. */
export const watchEvery = 250

/** Looks at a deployment that has requests. Resolves to what is wrong with it, or null. */
export type Watch = () => Promise<AppError | null>

/**
 * Watches the containers a deployment started beside the one before: none may end badly, become unhealthy, be started
 * anew by its restart policy, or go.
 */
export function watchDeployment(
  deps: Pick<DeployDeps, 'engine'>,
  { composeProject }: Pick<DeploymentRecord, 'composeProject'>,
): Watch {
  const began = new Map<string, number | null>()
  let most = 0
  return async () => {
    if (composeProject === null) return null
    const containers = await deps.engine.containers([`${composeLabels.project}=${composeProject}`])
    most = Math.max(most, containers.length)
    const faults = (await Promise.all(containers.map(async (one) => [one, await faultOf(deps, one, began)] as const)))
      .filter((pair): pair is readonly [EngineContainer, string] => pair[1] !== null)
      .map(([container, reason]) => ({ container, reason }))
    if (faults.length === 0 && containers.length === most) return null
    const services = await failedServices(deps, faults)
    const message =
      services.map(({ service, reason }) => `${service} ${reason}`).join(', ') || 'a container of it is gone'
    return new AppError('SERVICE_UNHEALTHY', message, { stage: 'watch', details: { services } })
  }
}

async function faultOf(
  { engine }: Pick<DeployDeps, 'engine'>,
  { id, state, exitCode, health }: EngineContainer,
  began: Map<string, number | null>,
): Promise<string | null> {
  if (state === 'exited' && exitCode === 0) return null
  if (state === 'dead' || state === 'restarting' || state === 'exited')
    return `ended with code ${exitCode ?? 'unknown'}`
  if (health === 'unhealthy') return 'is unhealthy'
  const startedAt = (await engine.times(id))?.startedAt ?? null
  const first = began.get(id)
  if (first === undefined) began.set(id, startedAt)
  return first === undefined || first === startedAt ? null : 'ended, and was started anew'
}
