import { mkdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { WorkspaceRequest } from '../../core/ports/workspaces.ts'
import { applyChanges } from './apply-changes.ts'
import type { Base, BaseKind, FillBase } from './bases.ts'
import { dropBase } from './bases.ts'
import { makeSubvolume, takeSnapshot } from './btrfs.ts'
import { sharesBlocks } from './clone-probe.ts'
import { copySource } from './copy-source.ts'
import type { Filled } from './methods.ts'
import { mountWorkspace } from './overlay.ts'
import { removeWorkspace } from './remove.ts'
import type { Change } from './scan-changes.ts'
import { scanChanges } from './scan-changes.ts'
import type { Source } from './source.ts'
import type { WorkspaceTools } from './tools.ts'

/** A workspace to be made of a base. */
export interface FromBase extends WorkspaceRequest {
  /** Makes its repository one of its own: as soon as that is there, and again where something changed since. */
  settle: () => Promise<void>
}

/** Makes a workspace of a frozen copy shared by all, and of what has changed since. Throws NOT_SUPPORTED. */
export async function fillFromBase(tools: WorkspaceTools, request: FromBase, kind: BaseKind): Promise<Filled> {
  const { bases } = tools
  const newest = await bases.newest(kind)
  const filled = newest && (await bases.use(newest, () => fillFromNewest(tools, request, kind, newest)))
  if (filled) return filled

  const { base, fresh } = await bases.build(kind, filler(tools, request, kind), request.signal)
  if (fresh) await dropOlder(tools, kind, base)
  return bases.use(base, async () => {
    // another create may have begun it before the last change
    const changes = fresh ? [] : await changesSince(tools, request, kind, base)
    if (changes === null)
      throw new AppError('NOT_SUPPORTED', 'file names that are no text changed while the base was made')
    await place(tools, request.workspace, kind.method, base)
    return catchUp(tools, request, kind, { base, changes, settled: false })
  })
}

/**
 * Puts the workspace there while the source is looked through; null, and nothing there, where bringing the base up to
 * date each time would cost more than making a new one once.
 */
async function fillFromNewest(
  tools: WorkspaceTools,
  request: FromBase,
  kind: BaseKind,
  base: Base,
): Promise<Filled | null> {
  const scanning = request.look?.found.get(base.directory) ?? changesSince(tools, request, kind, base)
  const placing = place(tools, request.workspace, kind.method, base)
  // what fails because of something that is not there yet is told when it is done again
  const settling = placing.then(request.settle).then(
    () => true,
    () => false,
  )
  // both have ended before anything is undone
  await Promise.allSettled([settling, scanning])
  const [settled, changes] = await Promise.all([settling, scanning, placing])
  if (changes !== null && (await worthKeeping(tools, kind.source, base, changes)))
    return catchUp(tools, request, kind, { base, changes, settled })
  await removeWorkspace(tools, request.workspace)
  return null
}

/** Brings what has changed since into the workspace. */
async function catchUp(
  tools: WorkspaceTools,
  { workspace, signal, settle }: FromBase,
  { source, method }: BaseKind,
  { base, changes, settled }: { base: Base; changes: readonly Change[]; settled: boolean },
): Promise<Filled> {
  const { files, skipped } = base.info
  if (changes.length === 0 && !settled) await settle()
  if (changes.length === 0) return { method, files, skipped, unchanged: true }
  const directories = await tools.bases.directories(base)
  const job = { source, changes, directories, to: workspace, packs: tools.packs, signal }
  const later = await applyChanges(tools, job)
  await settle()
  return { method, files, skipped: [...skipped, ...later], unchanged: false }
}

/** What changed in a source since a base of it was made. */
export const changesSince = (
  tools: Pick<WorkspaceTools, 'host'>,
  { signal }: Pick<WorkspaceRequest, 'signal'>,
  { source }: BaseKind,
  { info }: Base,
): Promise<Change[] | null> =>
  scanChanges(tools.host, { root: source.root, since: info.clock.now, plan: info.scan }, signal)

/** Whether the changes of a source can be told by looking at times: on this machine's own file systems, in one place. */
export async function canHaveBase({ root, repository }: Source): Promise<boolean> {
  const inPlace = repository === null || repository.gitDirectory === join(root, '.git')
  return inPlace && localFileSystems.has((await statfs(root)).type)
}

/** ext2–4, xfs, btrfs, f2fs, tmpfs, zfs, bcachefs, overlay: their times are those of this machine's clock. */
const localFileSystems = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994, 0x2fc12fc1, 0xca451a4e, 0x794c7630,
])

/** Up to a tenth of the files is copied again for each workspace; a large new pack of git objects is not. */
async function worthKeeping(
  { packs }: WorkspaceTools,
  { repository }: Source,
  { tree, info }: Base,
  changes: readonly Change[],
): Promise<boolean> {
  if (changes.length > Math.max(500, info.files / 10)) return false
  if (repository === null || !changes.some(({ path }) => path.startsWith('.git/objects/pack/'))) return true
  const [now, then] = await Promise.all(
    [repository.commonDirectory, join(tree, '.git')].map((directory) => packs.largeIn(join(directory, 'objects/pack'))),
  )
  return now?.every((stem) => then?.includes(stem)) ?? true
}

function filler(tools: WorkspaceTools, { onProgress }: WorkspaceRequest, { source, method }: BaseKind): FillBase {
  return async (tree, signal) => {
    if (method === 'btrfs-snapshot') await makeSubvolume(tools.host, tree)
    else await mkdir(tree, { mode: 0o700 })
    const packs = (await sharesBlocks(source, tree)) ? null : tools.packs
    return copySource(tools, { source, to: tree, packs, signal, onProgress })
  }
}

async function place(tools: WorkspaceTools, workspace: string, method: BaseKind['method'], base: Base): Promise<void> {
  const { host, records } = tools
  await records.write({ workspace, method, base: base.directory })
  if (method === 'btrfs-snapshot') return takeSnapshot(host, base.tree, workspace)
  await mountWorkspace(host, { lower: base.tree, layers: records.directory(workspace), workspace })
}

/** Bases nothing is mounted over any more; the rest goes with `berth gc` once nothing is. */
async function dropOlder({ host, bases, records }: WorkspaceTools, kind: BaseKind, newest: Base): Promise<void> {
  const used = new Set((await records.list()).map(({ base }) => base))
  for (const directory of await bases.older(kind, newest))
    if (!used.has(directory) && !bases.busy(directory)) await dropBase(host, directory)
}
