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
import type { Change } from './scan-changes.ts'
import { scanChanges } from './scan-changes.ts'
import { separateRepository } from './separate-repository.ts'
import type { Source } from './source.ts'
import type { WorkspaceTools } from './tools.ts'

/** Makes a workspace of a frozen copy shared by all, and of what has changed since. Throws NOT_SUPPORTED. */
export async function fillFromBase(tools: WorkspaceTools, request: WorkspaceRequest, kind: BaseKind): Promise<Filled> {
  const { base, changes } = await currentBase(tools, request, kind)
  return tools.bases.use(base, async () => {
    await place(tools, request.workspace, kind.method, base)
    const directories = changes.length > 0 ? await tools.bases.directories(base) : new Map<string, string>()
    const job = { source: kind.source, changes, directories, to: request.workspace, packs: tools.packs }
    const skipped = changes.length > 0 ? await applyChanges(tools, { ...job, signal: request.signal }) : []
    return { method: kind.method, files: base.info.files, skipped: [...base.info.skipped, ...skipped] }
  })
}

/** Whether the changes of a source can be told by looking at times: on this machine's own file systems, in one place. */
export async function canHaveBase({ root, repository }: Source): Promise<boolean> {
  const inPlace = repository === null || repository.gitDirectory === join(root, '.git')
  return inPlace && localFileSystems.has((await statfs(root)).type)
}

/** ext2–4, xfs, btrfs, f2fs, tmpfs, zfs, bcachefs, overlay: their times are those of this machine's clock. */
const localFileSystems = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994, 0x2fc12fc1, 0xca451a4e, 0x794c7630,
])

interface Current {
  base: Base
  changes: readonly Change[]
}

/** The newest base, unless bringing it up to date each time costs more than making a new one once. */
async function currentBase(tools: WorkspaceTools, request: WorkspaceRequest, kind: BaseKind): Promise<Current> {
  const { host, bases } = tools
  const changesSince = ({ info }: Base) => scanChanges(host, kind.source.root, info.clock.now, request.signal)
  const newest = await bases.newest(kind)
  const since = newest === null ? null : await changesSince(newest)
  if (newest !== null && since !== null && (await worthKeeping(tools, kind.source, newest, since)))
    return { base: newest, changes: since }

  const { base, fresh } = await bases.build(kind, filler(tools, request, kind), request.signal)
  if (fresh) {
    await dropOlder(tools, kind, base)
    return { base, changes: [] }
  }
  // another create began it, perhaps before the last change
  const changes = await changesSince(base)
  if (changes === null)
    throw new AppError('NOT_SUPPORTED', 'file names that are no text changed while the base was made')
  return { base, changes }
}

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
    const filled = await copySource(tools, { source, to: tree, packs, signal, onProgress })
    if (source.repository !== null) await separateRepository(tools.git, source.repository, tree)
    return filled
  }
}

async function place(tools: WorkspaceTools, workspace: string, method: BaseKind['method'], base: Base): Promise<void> {
  const { host, records } = tools
  await records.write({ workspace, method, base: method === 'overlay' ? base.directory : null })
  if (method === 'btrfs-snapshot') return takeSnapshot(host, base.tree, workspace)
  await mountWorkspace(host, { lower: base.tree, layers: records.directory(workspace), workspace })
}

/** Bases nothing is mounted over any more; the rest goes with `berth gc` once nothing is. */
async function dropOlder({ host, bases, records }: WorkspaceTools, kind: BaseKind, newest: Base): Promise<void> {
  const used = new Set((await records.list()).map(({ base }) => base))
  for (const directory of await bases.older(kind, newest))
    if (!used.has(directory) && !bases.busy(directory)) await dropBase(host, directory)
}
