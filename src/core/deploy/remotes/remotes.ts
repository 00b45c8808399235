import { isBranchName } from '../../../lib/branch-name.ts'
import { isContextName } from '../../contexts/name.ts'
import { AppError } from '../../errors.ts'
import { checkAppName } from '../app-name.ts'
import { tipOf } from './check-out.ts'
import type { RemoteDeps } from './deps.ts'
import type { RemoteRecord } from './model.ts'
import { filesOf, makeRepository, type RemoteName } from './repository.ts'

/** A remote as lists show it. */
export interface RemoteView extends RemoteRecord {
  /** Absolute path of the repository that is pushed to. */
  repository: string
  /** What its branch is at; null: nothing was pushed yet. */
  commit: string | null
}

/**
 * Has pushes to a branch deploy an app from now on. Asked again it changes what is different, and keeps what was pushed. Throws
 * NAME_INVALID, USAGE, PUSH_FAILED.
 */
export async function addRemote(deps: RemoteDeps, request: Omit<RemoteRecord, 'createdAt'>): Promise<RemoteView> {
  refuseBad(request)
  return deps.locks.run(lockOf(request), async () => {
    const remote: RemoteRecord = { ...request, createdAt: deps.clock.now().toISOString() }
    await makeRepository(deps, remote)
    // last: what has no record is no remote
    await deps.files.writeText(filesOf(deps, remote).record, `${JSON.stringify(remote, null, 2)}\n`)
    return viewOf(deps, remote)
  })
}

/** Nobody changes a remote while something is pushed to it. */
export const lockOf = ({ context, app }: RemoteName) => `remote:${context}/${app}`

function refuseBad({ context, app, branch, directory }: RemoteName & Pick<RemoteRecord, 'branch' | 'directory'>): void {
  checkAppName(app)
  if (!isContextName(context)) throw new AppError('NAME_INVALID', `${JSON.stringify(context)} cannot be a context`)
  if (!isBranchName(branch))
    throw new AppError(
      'USAGE',
      `${JSON.stringify(branch)} cannot be a branch: expected a name such as main or release/1`,
    )
  if (directory !== '' && !isBelow(directory))
    throw new AppError('USAGE', `${JSON.stringify(directory)} is no directory of a repository`)
}

const isBelow = (path: string) =>
  !/\p{Cc}/u.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')

/** The remote of an app. Throws REMOTE_NOT_FOUND. */
export async function requireRemote(
  deps: Pick<RemoteDeps, 'files' | 'paths'>,
  name: RemoteName,
): Promise<RemoteRecord> {
  const isName = isContextName(name.context) && /^[a-z0-9-]{1,60}$/.test(name.app)
  const found = isName ? await readRemote(deps, name) : undefined
  if (found) return found
  throw new AppError('REMOTE_NOT_FOUND', `nothing can be pushed for ${name.app} on this machine`)
}

async function readRemote(
  deps: Pick<RemoteDeps, 'files' | 'paths'>,
  name: RemoteName,
): Promise<RemoteRecord | undefined> {
  const text = await deps.files.readText(filesOf(deps, name).record)
  if (text === undefined) return undefined
  try {
    return { ...(JSON.parse(text) as RemoteRecord), ...name }
  } catch {
    return undefined
  }
}

/** Directories of remotes, each with its record; without one it is what is left of a remote. */
export async function findRemotes(
  deps: Pick<RemoteDeps, 'files' | 'paths'>,
): Promise<(RemoteName & { record: RemoteRecord | undefined })[]> {
  const contexts = await deps.files.list(deps.paths.remote())
  const names = await Promise.all(
    contexts.map(async (context) =>
      (await deps.files.list(deps.paths.remote(context))).map((app) => ({ context, app })),
    ),
  )
  return Promise.all(names.flat().map(async (name) => ({ ...name, record: await readRemote(deps, name) })))
}

/** The remotes of a context. */
export async function listRemotes(deps: RemoteDeps, context: string): Promise<RemoteView[]> {
  const found = await findRemotes(deps)
  const records = found.flatMap(({ record }) => (record?.context === context ? record : []))
  return Promise.all(records.toSorted((a, b) => (a.app < b.app ? -1 : 1)).map((record) => viewOf(deps, record)))
}

const viewOf = async (deps: RemoteDeps, remote: RemoteRecord): Promise<RemoteView> => ({
  ...remote,
  repository: filesOf(deps, remote).repository,
  commit: await tipOf(deps, remote),
})

/** Forgets a remote with all that was pushed to it; what runs goes on. Throws REMOTE_NOT_FOUND. */
export async function removeRemote(deps: RemoteDeps, name: RemoteName): Promise<RemoteView> {
  const view = await viewOf(deps, await requireRemote(deps, name))
  await forgetRemote(deps, name)
  return view
}

/** The same where there may be none. */
export async function forgetRemote(
  deps: Pick<RemoteDeps, 'files' | 'paths' | 'locks'>,
  name: RemoteName,
): Promise<void> {
  await deps.locks.run(lockOf(name), async () => {
    const { record, directory } = filesOf(deps, name)
    // first: what is left when the rest cannot be removed is no remote any more
    await deps.files.remove(record)
    await deps.files.remove(directory)
    await deps.files.removeIfEmpty(deps.paths.remote(name.context))
  })
}
