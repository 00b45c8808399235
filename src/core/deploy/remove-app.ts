import { composeLabels, labels } from '../labels.ts'
import type { Step } from '../operations/model.ts'
import { type OperationScope, runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import { requireApp } from './apps.ts'
import { baseProject } from './compose-projects.ts'
import type { DeployDeps } from './deps.ts'
import { applyRoutes, servingProxy } from './ingress.ts'
import { withLease } from './lease.ts'
import type { AppRecord } from './model.ts'
import { removeIngressWithLastApp } from './proxies/retire.ts'
import { referencesOf, removeImages } from './prune.ts'
import { forgetRemote } from './remotes/remotes.ts'
import { removeBeside } from './rollout.ts'

/** What taking an app out of production asks for. */
export interface RemoveAppRequest {
  context: string
  app: string
  /** Its data as well. */
  volumes: boolean
}

/** Takes an app out of production: requests first, then containers, files, records. Returns the volumes that stay. */
export async function removeApp(deps: DeployDeps, request: RemoveAppRequest, scope: OperationScope): Promise<string[]> {
  const app = await requireApp(deps, request.context, request.app)
  const lease = { owner: 'app rm', operation: scope.id, breakLock: false }
  return withLease(deps, app, lease, async () => {
    const subject = {
      kind: 'app.remove',
      envId: null,
      subject: app.name,
      input: { app: app.id, context: app.context, volumes: request.volumes },
    }
    await withOperation(deps, scope, subject, () =>
      runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, removalSteps(deps, app, request)),
    )
    const volumes = await deps.engine.volumes([`${labels.app}=${app.id}`])
    return volumes.map(({ name }) => name)
  })
}

function removalSteps(deps: DeployDeps, app: AppRecord, { volumes }: RemoveAppRequest): Step[] {
  const unroute = async () => {
    await deps.store.deploys.saveApp({ ...app, live: null })
    if ((await servingProxy(deps)) !== undefined) await applyRoutes(deps)
  }
  const forget = async () => {
    const images = await referencesOf(deps, app, await deps.store.deploys.releases(app.id))
    await deps.files.remove(deps.paths.app(app.id))
    await forgetRemote(deps, { context: app.context, app: app.name })
    await deps.store.deploys.removeApp(app.id)
    await removeImages(deps, images)
  }
  return [
    { name: 'unroute', title: 'stop sending requests to it', run: unroute },
    { name: 'stop', title: 'stop its containers', run: () => stopAll(deps, app, volumes) },
    { name: 'forget', title: 'remove its releases', run: forget },
    { name: 'ingress', title: 'end the ingress with the last app', run: () => removeIngressWithLastApp(deps) },
  ]
}

async function stopAll(deps: DeployDeps, app: AppRecord, volumes: boolean): Promise<void> {
  const containers = await deps.engine.containers([`${labels.app}=${app.id}`])
  const projects = new Set(containers.map(({ labels: own }) => own[composeLabels.project] ?? ''))
  for (const deployment of await deps.store.deploys.deployments(app.id)) {
    if (deployment.composeProject !== null) projects.add(deployment.composeProject)
  }
  projects.delete(baseProject(app))
  for (const composeProject of projects) await removeBeside(deps, { composeProject })
  const runs = await deps.engine.containers([`${labels.runApp}=${app.id}`])
  for (const { id } of runs) await deps.engine.removeContainer(id)
  const base = { project: baseProject(app), directory: '/', files: [], profiles: [], variables: {} }
  await deps.heavy(() => deps.engine.down(base, { volumes }))
}
