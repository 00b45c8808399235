import { AppError } from '../errors.ts'
import { closeDeployment, currentApp } from './deployments.ts'
import type { DeployDeps } from './deps.ts'
import { applyRoutes } from './ingress.ts'
import type { AppRecord, DeploymentRecord } from './model.ts'
import { pruneReleases, removeLeftovers } from './prune.ts'
import { readBundle } from './releases.ts'
import { removeBeside } from './rollout.ts'
import { ended, goneBack } from './switch.ts'
import { watchDeployment, watchEvery } from './watch.ts'

/** How long requests to what has died may be tried again, ms. */
const untilSettled = 1500

/** What became of a version that had taken over. */
export type Retired =
  /** It was well for as long as it was watched, and those before it are ended. */
  | { kind: 'stayed' }
  /** Another one took over meanwhile. */
  | { kind: 'superseded' }
  /** It died; the one before has the requests again. */
  | { kind: 'returned'; error: AppError }
  /** It died, and there is none to go back to. */
  | { kind: 'died'; error: AppError }

/**
 * Watches a deployment that has just taken over while the one before goes on beside it: should it die, that one takes the
 * traffic again. Then ends the old one, and prunes releases. Safe to repeat. `alone`: watched too where there is none to
 * go back to.
 */
export async function retire(
  deps: DeployDeps,
  app: AppRecord,
  live: DeploymentRecord,
  { alone = false, signal }: { alone?: boolean; signal: AbortSignal },
): Promise<Retired> {
  const { settings, entrance } = await readBundle(deps, app, live.release)
  const seconds = Math.max(settings.drainSeconds, live.watchSeconds ?? settings.bakeSeconds ?? 0)
  const deadline = deps.clock.now().getTime() + seconds * 1000
  const olds = () => replacedOnes(deps, app)
  const watch = watchDeployment(deps, live)
  const isWatched = async () => alone || (await olds()).length > 0
  while (deps.clock.now().getTime() < deadline && (await isWatched())) {
    if ((await currentApp(deps, app)).live !== live.id) return { kind: 'superseded' }
    const fault = await watch()
    if (fault) return (await olds()).length > 0 ? returnTo(deps, app, live, fault) : { kind: 'died', error: fault }
    await endSpare(deps, app, live, settings.drainSeconds)
    await deps.clock.wait(watchEvery, signal)
  }
  const gone = await olds()
  // no fallback any more: out of the routes first, then down
  for (const old of gone) await ended(deps, old)
  if (entrance !== null && gone.length > 0) await applyRoutes(deps)
  await removeLeftovers(deps, app)
  await pruneReleases(deps, app, settings.retention)
  return { kind: 'stayed' }
}

/** Of several deploys in a row only the last is gone back to: those before it end once they have drained. */
async function endSpare(deps: DeployDeps, app: AppRecord, live: DeploymentRecord, drainSeconds: number): Promise<void> {
  const drained = deps.clock.now().getTime() - drainSeconds * 1000
  for (const old of await replacedOnes(deps, app)) {
    if (old.id === live.previous || Date.parse(old.replacedAt ?? old.startedAt) > drained) continue
    await ended(deps, old)
    await removeBeside(deps, old)
  }
}

/** Deployments that were replaced and still run. */
async function replacedOnes({ store }: Pick<DeployDeps, 'store'>, app: AppRecord): Promise<DeploymentRecord[]> {
  return (await store.deploys.deployments(app.id)).filter(
    ({ state, endedAt }) => state === 'replaced' && endedAt === null,
  )
}

async function returnTo(deps: DeployDeps, app: AppRecord, live: DeploymentRecord, fault: AppError): Promise<Retired> {
  const message = `release ${live.release} of ${app.name} died soon after it took over (${fault.message}); the one before has the requests again`
  const error = new AppError('DEPLOY_RETURNED', message, { stage: 'watch', details: fault.details })
  // the proxy asks the old one by now: a request it is just trying again would be lost if its routes changed under it
  if (deps.ingress.fallsBack) await deps.clock.wait(untilSettled)
  await goneBack(deps, app, live)
  await closeDeployment(deps, live, error)
  await applyRoutes(deps)
  const about = { subject: app.name, context: app.context }
  const data = {
    deployment: live.id,
    release: live.release,
    code: error.code,
    stage: 'watch',
    message,
    hint: error.hint,
  }
  await deps.events.tell({ type: 'deploy.returned', ...about, data })
  await removeBeside(deps, live)
  return { kind: 'returned', error }
}
