import { join } from 'node:path'
import { AppError } from '../errors.ts'
import { type ReleaseBundle, releaseId } from './bundle.ts'
import type { DeployDeps } from './deps.ts'
import type { AppRecord, ReleaseRecord } from './model.ts'

type ReleaseDeps = Pick<DeployDeps, 'store' | 'files' | 'paths' | 'clock' | 'sealer' | 'trees' | 'locks'>
type At = Pick<DeployDeps, 'paths'>

/** Where everything of a release lies. */
export const directoryOf = ({ paths }: At, app: Pick<AppRecord, 'id'>, release: string) =>
  join(paths.app(app.id), 'releases', release)

/** Where the files of a release that Berth writes lie. */
export const releaseFile = (deps: At, app: Pick<AppRecord, 'id'>, release: string, name: string) =>
  join(directoryOf(deps, app, release), name)

/** Where a bundled tree lies: a directory named after its content, so that equal content never moves. */
export const treePath = ({ paths }: At, app: Pick<AppRecord, 'id'>, hash: string) =>
  join(paths.app(app.id), 'trees', hash, 'content')

/** Where data lies that the compose file keeps beside itself. */
export const dataPath = ({ paths }: At, app: Pick<AppRecord, 'id'>, source: string) =>
  join(paths.app(app.id), 'data', source)

/** What a release arrives with. */
interface Arriving {
  bundle: ReleaseBundle
  secrets: Record<string, string>
  by: string
}

/**
 * Under this lock an app's releases and their files are added and removed: files that have arrived belong to no release yet,
 * and are none that nobody needs.
 */
export const releasesLock = ({ id }: Pick<AppRecord, 'id'>) => `releases:${id}`

/** Takes a release into this machine: its bundle, files and sealed secrets. Safe to repeat. */
export const keepRelease = (deps: ReleaseDeps, app: AppRecord, arriving: Arriving): Promise<ReleaseRecord> =>
  deps.locks.run(releasesLock(app), () => writeRelease(deps, app, arriving))

async function writeRelease(
  deps: ReleaseDeps,
  app: AppRecord,
  { bundle, secrets, by }: Arriving,
): Promise<ReleaseRecord> {
  const id = releaseId(bundle)
  await keepTrees(deps, app, bundle)
  const file = (name: string) => releaseFile(deps, app, id, name)
  await deps.files.writeText(file('bundle.json'), JSON.stringify({ ...bundle, trees: bundle.trees.map(withoutFiles) }))
  await deps.files.writeText(file('secrets.sealed'), await deps.sealer.seal(secrets))
  const known = await deps.store.deploys.releases(app.id)
  const same = known.find((release) => release.id === id)
  if (same) return same
  const number = Math.max(0, ...known.map((release) => release.number)) + 1
  const release = { id, app: app.id, number, createdBy: by, createdAt: deps.clock.now().toISOString() }
  await deps.store.deploys.saveRelease(release)
  return release
}

/** Writes the files that containers see, where they are not. */
export async function keepTrees(
  deps: Pick<DeployDeps, 'trees' | 'paths'>,
  app: Pick<AppRecord, 'id'>,
  { trees }: ReleaseBundle,
): Promise<void> {
  for (const tree of trees) await deps.trees.write(treePath(deps, app, tree.hash), tree)
}

/** What the machine keeps of trees is the directory itself. */
const withoutFiles = <T extends { files: unknown[] }>(tree: T): T => ({ ...tree, files: [] })

/** The bundle of a release this machine has. Throws RELEASE_NOT_FOUND. */
export async function readBundle(
  deps: Pick<DeployDeps, 'files' | 'paths'>,
  app: Pick<AppRecord, 'id' | 'name'>,
  release: string,
): Promise<ReleaseBundle> {
  const text = await deps.files.readText(releaseFile(deps, app, release, 'bundle.json'))
  if (text === undefined) throw new AppError('RELEASE_NOT_FOUND', `${app.name} has no release ${release} here`)
  return JSON.parse(text) as ReleaseBundle
}

/** The secrets of a release; only in memory. */
export async function readSecrets(
  deps: Pick<DeployDeps, 'files' | 'paths' | 'sealer'>,
  app: AppRecord,
  release: string,
): Promise<Record<string, string>> {
  const sealed = await deps.files.readText(releaseFile(deps, app, release, 'secrets.sealed'))
  return sealed === undefined ? {} : deps.sealer.open(sealed)
}
