import { defaultPrefix, foreignNetworks } from '../envs/reserve.ts'
import { allocateBlock, prefixFor, splitBlock } from '../envs/subnets.ts'
import { toAppError } from '../errors.ts'
import type { ReleaseBundle } from './bundle.ts'
import { besideProject, ownNetworks, servicesOf } from './compose-projects.ts'
import type { DeployDeps } from './deps.ts'
import type { AppRecord, DeploymentFacts, DeploymentRecord } from './model.ts'

/** The app as it is now. */
export async function currentApp(deps: Pick<DeployDeps, 'store'>, app: AppRecord): Promise<AppRecord> {
  return (await deps.store.deploys.app(app.context, app.name)) ?? app
}

/** Number of the release that takes an app's requests here. */
export async function currentNumber({ store }: Pick<DeployDeps, 'store'>, app: AppRecord): Promise<number | null> {
  const [releases, deployments] = await Promise.all([store.deploys.releases(app.id), store.deploys.deployments(app.id)])
  const live = deployments.find(({ id }) => id === app.live)
  return releases.find(({ id }) => id === live?.release)?.number ?? null
}

/** What a deployment is made from. */
export interface NewDeployment extends DeployOptions {
  bundle: ReleaseBundle
  release: string
  by: string
  facts?: DeploymentFacts
}

/** How a deployment is brought in. */
export interface DeployOptions {
  /** How long it is watched, seconds; as the release says when absent. */
  watchSeconds?: number | undefined
  /** Percent of the requests it gets first. */
  share?: number | null | undefined
}

/** Notes down a deployment that is about to start, with networks that nobody else has. Throws SUBNET_EXHAUSTED. */
export async function addDeployment(
  deps: Pick<DeployDeps, 'store' | 'ids' | 'clock' | 'engine' | 'routes' | 'network' | 'locks'>,
  app: AppRecord,
  { bundle, release, by, watchSeconds, share, facts }: NewDeployment,
): Promise<DeploymentRecord> {
  const beside = servicesOf(bundle, 'beside')
  const id = deps.ids.short(6)
  const foreign = await foreignNetworks(deps)
  // a share of the requests is taken from a version that has them
  const canShare = typeof share === 'number' && app.live !== null && bundle.entrance !== null && beside.length > 0
  return deps.locks.run('allocate', async () => {
    const deployment: DeploymentRecord = {
      id,
      app: app.id,
      release,
      state: 'starting',
      composeProject: beside.length === 0 ? null : besideProject(app, id),
      subnets: await freeSubnets(deps, foreign, bundle, beside),
      previous: app.live,
      startedBy: by,
      ...(facts && { facts }),
      startedAt: deps.clock.now().toISOString(),
      endedAt: null,
      error: null,
      ...(watchSeconds === undefined ? {} : { watchSeconds }),
      canary: canShare ? { share, open: false, countsHost: `${deps.ids.short(32)}.berth.internal` } : null,
    }
    await deps.store.deploys.saveDeployment(deployment)
    return deployment
  })
}

/** Networks for a deployment anew, since somebody took one of its own in between. */
export async function moveDeployment(
  deps: Pick<DeployDeps, 'store' | 'engine' | 'routes' | 'network' | 'locks'>,
  deployment: DeploymentRecord,
  bundle: ReleaseBundle,
): Promise<DeploymentRecord> {
  const foreign = await foreignNetworks(deps)
  return deps.locks.run('allocate', async () => {
    const moved = { ...deployment, subnets: await freeSubnets(deps, foreign, bundle, servicesOf(bundle, 'beside')) }
    await deps.store.deploys.saveDeployment(moved)
    return moved
  })
}

async function freeSubnets(
  deps: Pick<DeployDeps, 'store' | 'network'>,
  foreign: readonly string[],
  bundle: ReleaseBundle,
  services: readonly string[],
): Promise<Record<string, string>> {
  const needs = ownNetworks(bundle, services).map((key) => ({ key, addresses: 2 * bundle.services.length + 8 }))
  if (needs.length === 0) return {}
  const apps = await deps.store.deploys.apps()
  const deployments = (await Promise.all(apps.map(({ id }) => deps.store.deploys.deployments(id)))).flat()
  const reserved = deployments
    .filter(({ endedAt }) => endedAt === null)
    .flatMap(({ subnets }) => Object.values(subnets))
  const envs = (await deps.store.envs()).map(({ subnet }) => subnet)
  // as large as an env's: in the gaps that another home's envs leave in theirs nobody else looks for room
  const prefix = Math.min(defaultPrefix, prefixFor(needs))
  const block = allocateBlock([...foreign, ...reserved, ...envs], deps.network.pool, prefix)
  return Object.fromEntries(splitBlock(block, needs))
}

/** Notes down that a deployment failed. */
export async function closeDeployment(
  deps: Pick<DeployDeps, 'store' | 'clock'>,
  { id, app }: DeploymentRecord,
  thrown: unknown,
): Promise<void> {
  const { code, message, stage, hint } = toAppError(thrown)
  const current = (await deps.store.deploys.deployments(app)).find((one) => one.id === id)
  if (!current) return
  const endedAt = deps.clock.now().toISOString()
  const error = { code, message, hint, ...(stage === undefined ? {} : { stage }) }
  await deps.store.deploys.saveDeployment({ ...current, state: 'failed', canary: null, endedAt, error })
}
