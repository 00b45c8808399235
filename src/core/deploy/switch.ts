import { currentApp } from './deployments.ts'
import type { DeployDeps } from './deps.ts'
import type { AppRecord, DeploymentRecord } from './model.ts'

type SwitchDeps = Pick<DeployDeps, 'store' | 'clock'>

/** Notes down that a deployment takes the traffic; the one before goes on, for requests it has begun and to go back to. */
export async function goLive(deps: SwitchDeps, app: AppRecord, { id }: DeploymentRecord): Promise<void> {
  const deployments = await deps.store.deploys.deployments(app.id)
  const replacedAt = deps.clock.now().toISOString()
  for (const one of deployments) {
    if (one.id === id) await deps.store.deploys.saveDeployment({ ...one, state: 'live', canary: null })
    else if (one.state === 'live') await deps.store.deploys.saveDeployment({ ...one, state: 'replaced', replacedAt })
  }
  await deps.store.deploys.saveApp({ ...(await currentApp(deps, app)), live: id })
}

/** Notes down that the one before has the traffic again. */
export async function goneBack(deps: SwitchDeps, app: AppRecord, { id, previous }: DeploymentRecord): Promise<void> {
  const deployments = await deps.store.deploys.deployments(app.id)
  const before = deployments.find((one) => one.id === previous)
  // undone before it was noted down there is nothing to write, which a full disk would not allow
  if (before && (before.state !== 'live' || before.endedAt !== null))
    await deps.store.deploys.saveDeployment({ ...before, state: 'live', endedAt: null })
  const current = await currentApp(deps, app)
  if (current.live === id) await deps.store.deploys.saveApp({ ...current, live: before?.id ?? null })
}

/** Notes down that a deployment has nothing running any more. */
export async function ended({ store, clock }: SwitchDeps, deployment: DeploymentRecord): Promise<void> {
  await store.deploys.saveDeployment({ ...deployment, endedAt: clock.now().toISOString() })
}
