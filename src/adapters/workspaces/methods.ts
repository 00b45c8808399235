import type { Dirent } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { copiesEverything } from '../../core/envs/copy-rules.ts'
import type { CopyMethod } from '../../core/envs/model.ts'
import { AppError } from '../../core/errors.ts'
import type { SkippedFile } from '../../core/ports/workspaces.ts'
import type { BaseKind } from './bases.ts'
import { holdsNoSubvolumes, isBtrfs, isSubvolume, takeSnapshot } from './btrfs.ts'
import { sharesBlocks } from './clone-probe.ts'
import { copySource } from './copy-source.ts'
import { canHaveBase, type FromBase, fillFromBase } from './from-base.ts'
import { freeze } from './frozen.ts'
import { overlayPossible } from './overlay.ts'
import { removeWorkspace } from './remove.ts'
import { dropPrivate } from './repository-files.ts'
import type { Source } from './source.ts'
import { isMerging } from './starts.ts'
import type { WorkspaceTools } from './tools.ts'

/** What is known of a workspace once its files are there. */
export interface Filled {
  method: CopyMethod
  files: number | null
  skipped: SkippedFile[]
  /** It is as its base is, byte for byte. */
  unchanged: boolean
  /** The state it began in is kept already. */
  started?: boolean
}

type Method = Exclude<CopyMethod, 'empty'>

/** Below so many files a copy takes as long as a mount, and asks for nothing after a reboot. */
const manyFiles = 2000

/** Puts the files of the source and its repository where the workspace will be. */
export async function fillWorkspace(tools: WorkspaceTools, request: FromBase, source: Source): Promise<Filled> {
  if (request.method !== 'auto') return fill(tools, request, source, request.method)
  const based = await basedMethod(tools, request.workspace, source)
  if (based !== null) {
    try {
      return await fill(tools, request, source, based)
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'NOT_SUPPORTED')) throw error
      await removeWorkspace(tools, request.workspace)
    }
  }
  return fill(tools, request, source, (await sharesBlocks(source, request.workspace)) ? 'reflink' : 'copy')
}

/** The way that takes no copy of each file, where there may be one and it pays; what worked before is not tried out again. */
async function basedMethod(
  tools: WorkspaceTools,
  workspace: string,
  source: Source,
): Promise<'overlay' | 'btrfs-snapshot' | null> {
  if (!(await canHaveBase(source))) return null
  const temporary = await tools.temporary()
  if ((await isBtrfs(dirname(workspace))) && (await isBtrfs(temporary)))
    return (await worthBase(tools, { source, method: 'btrfs-snapshot' })) ? 'btrfs-snapshot' : null
  if ((await tools.bases.newest({ source, method: 'overlay' })) !== null) return 'overlay'
  const paths = [workspace, tools.records.directory(workspace)]
  const possible = (await hasFiles(source.root, manyFiles)) && (await overlayPossible(tools.host, temporary, paths))
  return possible ? 'overlay' : null
}

/** Whether there is a base, or so many files that it pays. */
async function worthBase({ bases }: WorkspaceTools, kind: BaseKind): Promise<boolean> {
  return (await bases.newest(kind)) !== null || (await hasFiles(kind.source.root, manyFiles))
}

async function fill(tools: WorkspaceTools, request: FromBase, source: Source, method: Method): Promise<Filled> {
  const snapshot =
    method === 'btrfs-snapshot' && (await isWhole(source)) ? await snapshotOf(tools, request, source) : null
  if (snapshot !== null) return snapshot
  if (method === 'btrfs-snapshot' || method === 'overlay') {
    if (await canHaveBase(source)) return fillFromBase(tools, request, { source, method })
    throw new AppError(
      'NOT_SUPPORTED',
      `${method} needs a source on a file system of this machine, with its repository in it`,
    )
  }
  return copyOf(tools, request, source, method)
}

async function copyOf(
  tools: WorkspaceTools,
  { workspace, signal, onProgress, settle }: FromBase,
  source: Source,
  method: 'copy' | 'reflink',
): Promise<Filled> {
  const shares = await sharesBlocks(source, workspace)
  if (method === 'reflink' && !shares)
    throw new AppError('NOT_SUPPORTED', `files of ${source.root} cannot share blocks with ${dirname(workspace)}`)
  await tools.records.write({ workspace, method, base: null })
  await mkdir(workspace, { mode: 0o700 })
  const packs = shares ? null : tools.packs
  const copied = await copySource(tools, { source, to: workspace, packs, signal, onProgress })
  await settle()
  return { method, unchanged: false, ...copied }
}

/** A source that is a subvolume, all of which comes along, is its own base: exact, and without looking at a single file. */
async function isWhole({ root, rules, repository, worktrees }: Source): Promise<boolean> {
  const inPlace = repository === null || repository.gitDirectory === join(root, '.git')
  return inPlace && worktrees.size === 0 && copiesEverything(rules) && (await isSubvolume(root))
}

/** null, and nothing there, where other subvolumes lie in the source, which a snapshot has not. */
async function snapshotOf(tools: WorkspaceTools, request: FromBase, source: Source): Promise<Filled | null> {
  const { workspace, settle } = request
  await tools.records.write({ workspace, method: 'btrfs-snapshot', base: null })
  const [complete] = await bothEnded(
    holdsNoSubvolumes(tools.host, source.root),
    takeSnapshot(tools.host, source.root, workspace),
  )
  if (!complete) {
    await removeWorkspace(tools, workspace)
    return null
  }
  const make = async () => {
    if (source.repository !== null) await dropPrivate(join(workspace, '.git'))
    await settle()
  }
  const keeps = source.repository !== null && source.commit === null && !(await isMerging(workspace))
  const [, started] = await bothEnded(make(), keeps && freeze(tools, workspace, 'btrfs-snapshot'))
  return { method: 'btrfs-snapshot', files: null, skipped: [], unchanged: false, started }
}

/** The results of two works side by side; a failure is thrown when neither goes on. */
async function bothEnded<A, B>(one: Promise<A>, other: B | Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other])
  return Promise.all([one, other])
}

/** Whether there are so many files, looking at no more than that. */
async function hasFiles(root: string, enough: number): Promise<boolean> {
  let count = 0
  const open = [root]
  for (let path = open.pop(); path !== undefined && count < enough; path = open.pop()) {
    const entries = await readdir(path, { withFileTypes: true }).catch(noneReadable)
    count += entries.length
    for (const entry of entries) if (entry.isDirectory()) open.push(join(path, entry.name))
  }
  return count >= enough
}

/** An estimate may miss what may not be read; copying it says so. */
const noneReadable = (): Dirent[] => []
