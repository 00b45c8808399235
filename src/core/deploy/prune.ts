import { join } from 'node:path'
import { composeLabels, labels } from '../labels.ts'
import { requireApp } from './apps.ts'
import type { ReleaseBundle } from './bundle.ts'
import { baseProject } from './compose-projects.ts'
import { currentApp } from './deployments.ts'
import type { DeployDeps } from './deps.ts'
import { withLease } from './lease.ts'
import type { AppRecord, ReleaseRecord } from './model.ts'
import { directoryOf, readBundle, releasesLock } from './releases.ts'
import { removeBeside } from './rollout.ts'

type PruneDeps = Pick<DeployDeps, 'store' | 'files' | 'paths' | 'engine' | 'locks'>

/** What was removed. */
export interface Pruned {
  /** Numbers of releases. */
  releases: number[]
  /** References. */
  images: string[]
  /** Compose projects of deployments that had ended. */
  projects: string[]
}

/** What is asked to be removed. */
export interface PruneRequest {
  context: string
  app: string
  /** Releases that stay; as many as the live release says when absent. */
  keep?: number | undefined
  by: string
}

/**
 * Removes what an app needs no more: containers and networks of deployments that have ended, releases beyond those that are
 * kept, and their images. Never what runs, what could be gone back to at once, or what is not Berth's. Throws
 * APP_NOT_FOUND, APP_LOCKED.
 */
export async function pruneApp(deps: DeployDeps, request: PruneRequest, operation: string): Promise<Pruned> {
  const app = await requireApp(deps, request.context, request.app)
  return withLease(deps, app, { owner: request.by, operation, breakLock: false }, async () => {
    const projects = await removeLeftovers(deps, app)
    const keep = request.keep ?? (await retentionOf(deps, app))
    return { projects, ...(await pruneReleases(deps, app, keep)) }
  })
}

async function retentionOf(deps: PruneDeps, known: AppRecord): Promise<number> {
  const app = await currentApp(deps, known)
  const live = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === app.live)
  return live ? (await readBundle(deps, app, live.release)).settings.retention : Number.POSITIVE_INFINITY
}

/** Ends everything of the app that no deployment under way needs, also what an earlier daemon did not come to end. */
export async function removeLeftovers(
  deps: Pick<DeployDeps, 'store' | 'engine' | 'heavy'>,
  app: AppRecord,
): Promise<string[]> {
  const [containers, networks, deployments, { live }] = await Promise.all([
    deps.engine.containers([`${labels.app}=${app.id}`]),
    deps.engine.networks([`${labels.app}=${app.id}`]),
    deps.store.deploys.deployments(app.id),
    currentApp(deps, app),
  ])
  const wanted = deployments.filter(
    ({ id, state, endedAt }) => id === live || state === 'starting' || (state === 'replaced' && endedAt === null),
  )
  const kept = new Set([baseProject(app), '', ...wanted.map(({ composeProject }) => composeProject)])
  const projects = new Set([...containers, ...networks].map(({ labels: own }) => own[composeLabels.project] ?? ''))
  const left = [...projects].filter((project) => !kept.has(project))
  for (const composeProject of left) await removeBeside(deps, { composeProject })
  return left
}

/** Removes releases beyond those that are kept, with their images; never one that runs, or that could be gone back to at once. */
export const pruneReleases = (
  deps: PruneDeps,
  app: AppRecord,
  keep: number,
): Promise<Pick<Pruned, 'releases' | 'images'>> =>
  deps.locks.run(releasesLock(app), () => removeReleases(deps, app, keep))

async function removeReleases(
  deps: PruneDeps,
  app: AppRecord,
  keep: number,
): Promise<Pick<Pruned, 'releases' | 'images'>> {
  const deployments = await deps.store.deploys.deployments(app.id)
  const inUse = new Set(deployments.filter(({ endedAt }) => endedAt === null).map(({ release }) => release))
  const releases = await deps.store.deploys.releases(app.id)
  const gone = releases.slice(keep).filter(({ id }) => !inUse.has(id))
  if (gone.length === 0) return { releases: [], images: [] }
  const images = await referencesOf(deps, app, gone)
  for (const release of gone) {
    await deps.files.remove(directoryOf(deps, app, release.id))
    await deps.store.deploys.removeRelease(app.id, release.id)
  }
  await pruneTrees(
    deps,
    app,
    releases.filter((release) => !gone.includes(release)),
  )
  return { releases: gone.map(({ number }) => number), images: await removeImages(deps, images) }
}

/** Removes the files of the project that no release here mounts any more. */
async function pruneTrees(deps: PruneDeps, app: AppRecord, kept: readonly ReleaseRecord[]): Promise<void> {
  const bundles = await bundlesOf(deps, app, kept)
  const used = new Set(bundles.flatMap(({ trees }) => trees.map(({ hash }) => hash)))
  const directory = join(deps.paths.app(app.id), 'trees')
  for (const hash of await deps.files.list(directory))
    if (!used.has(hash)) await deps.files.remove(join(directory, hash))
}

/** References of Berth's own that releases gave their images. */
export async function referencesOf(
  deps: PruneDeps,
  app: AppRecord,
  releases: readonly ReleaseRecord[],
): Promise<string[]> {
  const bundles = await bundlesOf(deps, app, releases)
  const references = bundles.flatMap(({ images }) => Object.values(images).map(({ reference }) => reference))
  return [...new Set(references)].filter((reference) => reference.startsWith('berth-app/'))
}

/** One whose files are damaged says nothing, and keeps no other from going. */
async function bundlesOf(
  deps: PruneDeps,
  app: AppRecord,
  releases: readonly ReleaseRecord[],
): Promise<ReleaseBundle[]> {
  const bundles = releases.map(({ id }) => readBundle(deps, app, id).catch(() => undefined))
  return (await Promise.all(bundles)).filter((bundle) => bundle !== undefined)
}

/**
 * Takes references away that no release on this machine has any more and no container was made by, whosever it is: another
 * home's app may have the same name and image. The image goes with its last reference.
 */
export async function removeImages(deps: PruneDeps, candidates: readonly string[]): Promise<string[]> {
  const apps = await deps.store.deploys.apps()
  const kept = await Promise.all(
    apps.map(async (app) => referencesOf(deps, app, await deps.store.deploys.releases(app.id))),
  )
  const used = new Set([...kept.flat(), ...(await deps.engine.containers([])).map(({ image }) => image)])
  const gone = candidates.filter((reference) => !used.has(reference))
  for (const reference of gone) await deps.engine.untag(reference)
  return gone
}
