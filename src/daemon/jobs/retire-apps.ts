import { bringBackApps } from '../../core/deploy/bring-back-apps.ts'
import { resumeDeployment } from '../../core/deploy/deploy-app.ts'
import type { DeployDeps } from '../../core/deploy/deps.ts'
import type { DeploymentRecord } from '../../core/deploy/model.ts'
import { type Retired, retire } from '../../core/deploy/retire.ts'
import { showOutcome } from '../../core/deploy/show-apps.ts'
import { toAppError } from '../../core/errors.ts'
import type { OperationRecord } from '../../core/ports.ts'
import type { DaemonDeps } from '../dependencies.ts'

/**
 * After a deploy: watches the version that is live now, then ends those it replaced. Resolves to what became of it; null
 * where that cannot be said.
 */
export async function retireApp(
  deps: DeployDeps,
  id: string,
  log: (message: string) => void,
  { alone = false, signal }: { alone?: boolean; signal: AbortSignal },
): Promise<Retired | null> {
  try {
    const app = (await deps.store.deploys.apps()).find((one) => one.id === id)
    const live = app && (await deps.store.deploys.deployments(app.id)).find((one) => one.id === app.live)
    if (!app || !live) return null
    const retired = await retire(deps, app, live, { alone, signal })
    if ('error' in retired) log(retired.error.message)
    return retired
  } catch (error) {
    if (!signal.aborted) log(`the old version of an app could not be ended: ${toAppError(error).message}`)
    return null
  }
}

/** Runs what follows a deploy, and knows of which apps it does so now. */
export function retiringApps(run: DaemonDeps['retireLater']): Pick<DaemonDeps, 'retireLater' | 'isRetiring'> {
  const under = new Map<string, number>()
  const count = (app: string, change: number) => {
    const now = (under.get(app) ?? 0) + change
    if (now > 0) under.set(app, now)
    else under.delete(app)
  }
  return {
    isRetiring: (app) => under.has(app),
    async retireLater(app, alone) {
      count(app, 1)
      try {
        return await run(app, alone)
      } finally {
        count(app, -1)
      }
    },
  }
}

/**
 * What an earlier daemon left: deploys that had begun are carried out, as the operations they were; what was replaced is
 * ended. Resolves once all that is under way.
 */
export async function settleApps(deps: DaemonDeps, log: (message: string) => void): Promise<void> {
  // first: what ended with the machine must not look like a version that died while it was watched
  await bringBackApps(deps).catch((error: unknown) => log(`apps could not be started: ${toAppError(error).message}`))
  const open = (await deps.store.journal.open()).filter(({ kind }) => kind === 'deploy.run')
  for (const app of await deps.store.deploys.apps()) {
    const deployments = await deps.store.deploys.deployments(app.id)
    const begun = deployments.filter((one) => one.state === 'starting' || operationOf(open, one) !== undefined)
    for (const deployment of begun) {
      const operation = operationOf(open, deployment)?.id ?? deps.ids.short(12)
      deps.operations.resume(operation, async (scope) => {
        const result = await resumeDeployment(deps, app, deployment, scope)
        log(`finished the deploy of ${app.name} that was cut off`)
        void deps.retireLater(app.id)
        return showOutcome(deps, result)
      })
    }
    if (begun.length === 0) void deps.retireLater(app.id)
  }
  for (const { id } of open) {
    if (deps.operations.isRunning(id)) continue
    await deps.store.journal.end(id, 'undone', { code: 'INTERRUPTED', message: 'its app is gone' })
  }
}

const operationOf = (open: readonly OperationRecord[], { id }: DeploymentRecord) =>
  open.find(({ input }) => (input as { deployment?: string }).deployment === id)
