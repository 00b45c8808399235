import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../errors.ts'
import { labels } from '../labels.ts'
import { type OperationScope, runSteps } from '../operations/run-steps.ts'
import { withOperation } from '../operations/with-operation.ts'
import { writeOncePossible } from '../operations/write-once-possible.ts'
import { requireDomains } from './app-domains.ts'
import { findOrAddApp } from './apps.ts'
import { type ReleaseBundle, releaseId } from './bundle.ts'
import { addDeployment, closeDeployment, currentApp, type DeployOptions } from './deployments.ts'
import type { DeployDeps } from './deps.ts'
import { withLease } from './lease.ts'
import type { AppRecord, DeploymentFacts, DeploymentRecord } from './model.ts'
import { keepRelease, keepTrees, readBundle, readSecrets } from './releases.ts'
import { filledBundle, type Rollout, rolloutSteps } from './rollout.ts'

/** What a deploy asks of one machine. */
export interface DeployRequest extends DeployOptions {
  context: string
  bundle: ReleaseBundle
  /** Values of the bundle's secrets. */
  secrets: Record<string, string>
  /** `user@host` of who asks. */
  by: string
  breakLock: boolean
  facts?: DeploymentFacts
}

export interface DeployResult {
  app: AppRecord
  deployment: DeploymentRecord
  release: { id: string; number: number }
  /** The same release ran already, and goes on. */
  unchanged: boolean
}

/**
 * Brings a release into production on this machine without losing a request: the new one starts beside the old, is asked
 * whether it works, takes the traffic; the old one ends later. When the new one does not work the old one stays. Throws
 * APP_LOCKED, DOMAIN_TAKEN, PROBE_FAILED, SERVICE_UNHEALTHY, COMPOSE_FAILED, INGRESS_FAILED.
 */
export async function deployApp(
  deps: DeployDeps,
  request: DeployRequest,
  scope: OperationScope,
): Promise<DeployResult> {
  requireSecrets(request)
  const app = await findOrAddApp(deps, request.context, request.bundle.app)
  const lease = { owner: request.by, operation: scope.id, breakLock: request.breakLock }
  return withLease(deps, app, lease, async () => {
    const unchanged = await alreadyLive(deps, app, request)
    if (unchanged) return unchanged
    await requireDomains(deps, app, request.bundle.settings.domains)
    const release = await keepRelease(deps, app, request)
    const { by, watchSeconds, share } = request
    return rollOut(deps, app, { release: release.id, by, watchSeconds, share, ...factsOf(request) }, scope)
  })
}

/** Puts a release this machine has into production again. Throws RELEASE_NOT_FOUND, and what a deploy throws. */
export async function redeploy(
  deps: DeployDeps,
  app: AppRecord,
  request: { release: string; by: string; breakLock: boolean } & DeployOptions,
  scope: OperationScope,
): Promise<DeployResult> {
  const lease = { owner: request.by, operation: scope.id, breakLock: request.breakLock }
  return withLease(deps, app, lease, () => rollOut(deps, app, request, scope))
}

/** Takes up a deployment that was cut off, where it was. */
export async function resumeDeployment(
  deps: DeployDeps,
  app: AppRecord,
  deployment: DeploymentRecord,
  scope: OperationScope,
): Promise<DeployResult> {
  const lease = { owner: deployment.startedBy, operation: scope.id, breakLock: true }
  return withLease(deps, app, lease, () => carryOut(deps, app, deployment, scope))
}

async function rollOut(
  deps: DeployDeps,
  app: AppRecord,
  { release, facts, ...options }: { release: string; by: string; facts?: DeploymentFacts } & DeployOptions,
  scope: OperationScope,
): Promise<DeployResult> {
  const bundle = await readBundle(deps, app, release)
  const deployment = await addDeployment(deps, await currentApp(deps, app), {
    bundle,
    release,
    ...options,
    ...factsOf({ facts: facts ?? (await lastFacts(deps, app)) }),
  })
  return carryOut(deps, app, deployment, scope)
}

const factsOf = ({ facts }: { facts?: DeploymentFacts | undefined }) => (facts === undefined ? {} : { facts })

/** A rollback is deployed as the last deploy was. */
async function lastFacts({ store }: DeployDeps, { id }: AppRecord): Promise<DeploymentFacts | undefined> {
  return (await store.deploys.deployments(id)).find(({ facts }) => facts !== undefined)?.facts
}

async function carryOut(
  deps: DeployDeps,
  app: AppRecord,
  deployment: DeploymentRecord,
  scope: OperationScope,
): Promise<DeployResult> {
  const { release } = deployment
  const [bundle, secrets] = await Promise.all([readBundle(deps, app, release), readSecrets(deps, app, release)])
  const rollout: Rollout = { app, deployment, bundle: await filledBundle(deps, { app, deployment, bundle }), secrets }
  const subject = {
    kind: 'deploy.run',
    envId: null,
    subject: app.name,
    input: { app: app.id, context: app.context, deployment: deployment.id, release },
  }
  try {
    await withOperation(deps, scope, subject, () =>
      runSteps({ journal: deps.store.journal, clock: deps.clock }, scope, rolloutSteps(deps, rollout, scope)),
    )
  } catch (error) {
    await writeOncePossible(deps, () => closeDeployment(deps, deployment, error))
    throw error
  }
  return resultOf(deps, app, deployment.id, false)
}

async function resultOf(deps: DeployDeps, app: AppRecord, id: string, unchanged: boolean): Promise<DeployResult> {
  const [current, deployments, releases] = await Promise.all([
    currentApp(deps, app),
    deps.store.deploys.deployments(app.id),
    deps.store.deploys.releases(app.id),
  ])
  const deployment = deployments.find((one) => one.id === id)
  const release = releases.find((one) => one.id === deployment?.release)
  if (!deployment || !release) throw new AppError('RELEASE_NOT_FOUND', `${app.name} was removed meanwhile`)
  return { app: current, deployment, release, unchanged }
}

/** The same release with the same secrets, every container of which still runs. */
async function alreadyLive(
  deps: DeployDeps,
  app: AppRecord,
  { bundle, secrets }: DeployRequest,
): Promise<DeployResult | undefined> {
  const id = releaseId(bundle)
  const live = (await deps.store.deploys.deployments(app.id)).find((one) => one.id === app.live)
  if (live?.release !== id) return undefined
  if (!isDeepStrictEqual(await readSecrets(deps, app, id), secrets)) return undefined
  if (!(await isWhole(deps, app, bundle))) return undefined
  // harmless where nobody changed its files
  await keepTrees(deps, app, bundle)
  return resultOf(deps, app, live.id, true)
}

async function isWhole(deps: DeployDeps, app: AppRecord, bundle: ReleaseBundle): Promise<boolean> {
  const containers = await deps.engine.containers([`${labels.app}=${app.id}`])
  const running = new Set(
    containers
      .filter(({ state, exitCode }) => state === 'running' || (state === 'exited' && exitCode === 0))
      .map(({ labels: own }) => own[labels.service]),
  )
  return bundle.services.every(({ service }) => running.has(service))
}

function requireSecrets({ bundle, secrets }: DeployRequest): void {
  const missing = bundle.secrets.filter((name) => secrets[name] === undefined)
  if (missing.length > 0)
    throw new AppError('USAGE', `no value was given for ${missing.join(', ')}`, { details: { missing } })
}
