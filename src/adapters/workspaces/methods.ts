import type { Dirent } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { copiesEverything } from '../../core/envs/copy-rules.ts'
import type { CopyMethod } from '../../core/envs/model.ts'
import { AppError } from '../../core/errors.ts'
import type { SkippedFile, WorkspaceRequest } from '../../core/ports/workspaces.ts'
import type { BaseKind } from './bases.ts'
import { holdsNoSubvolumes, isBtrfs, isSubvolume, takeSnapshot } from './btrfs.ts'
import { sharesBlocks } from './clone-probe.ts'
import { copySource } from './copy-source.ts'
import { canHaveBase, fillFromBase } from './from-base.ts'
import { overlayPossible } from './overlay.ts'
import { removeWorkspace } from './remove.ts'
import { dropPrivate } from './repository-files.ts'
import type { Source } from './source.ts'
import type { WorkspaceTools } from './tools.ts'

/** What is known of a workspace once its files are there. */
export interface Filled {
  method: CopyMethod
  files: number | null
  skipped: SkippedFile[]
}

type Method = Exclude<CopyMethod, 'empty'>

/** Below so many files a copy takes as long as a mount, and asks for nothing after a reboot. */
const manyFiles = 2000

/** Puts the files of the source (and its repository, still the source's own) where the workspace will be. */
export async function fillWorkspace(tools: WorkspaceTools, request: WorkspaceRequest, source: Source): Promise<Filled> {
  const methods = request.method === 'auto' ? await fastest(tools, request.workspace, source) : [request.method]
  for (const [index, method] of methods.entries()) {
    try {
      return await fill(tools, request, source, method)
    } catch (error) {
      const last = index === methods.length - 1
      if (last || !(error instanceof AppError && error.code === 'NOT_SUPPORTED')) throw error
      await removeWorkspace(tools, request.workspace)
    }
  }
  throw new AppError('NOT_SUPPORTED', 'there is no way to copy here')
}

/** Ways that may work here, the fastest first; an ordinary copy always does. */
async function fastest(tools: WorkspaceTools, workspace: string, source: Source): Promise<Method[]> {
  const plain: Method = (await sharesBlocks(source, workspace)) ? 'reflink' : 'copy'
  if (!(await canHaveBase(source))) return [plain]
  const temporary = await tools.temporary()
  if ((await isBtrfs(dirname(workspace))) && (await isBtrfs(temporary)))
    return (await worthBase(tools, { source, method: 'btrfs-snapshot' })) ? ['btrfs-snapshot', plain] : [plain]
  const paths = [workspace, tools.records.directory(workspace)]
  const overlay =
    (await worthBase(tools, { source, method: 'overlay' })) && (await overlayPossible(tools.host, temporary, paths))
  return overlay ? ['overlay', plain] : [plain]
}

/** Whether there is a base, or so many files that it pays. */
async function worthBase({ bases }: WorkspaceTools, kind: BaseKind): Promise<boolean> {
  return (await bases.newest(kind)) !== null || (await hasFiles(kind.source.root, manyFiles))
}

async function fill(tools: WorkspaceTools, request: WorkspaceRequest, source: Source, method: Method): Promise<Filled> {
  if (method === 'btrfs-snapshot' && (await canSnapshot(tools, source))) return snapshotOf(tools, request, source)
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
  { workspace, signal, onProgress }: WorkspaceRequest,
  source: Source,
  method: 'copy' | 'reflink',
): Promise<Filled> {
  const shares = await sharesBlocks(source, workspace)
  if (method === 'reflink' && !shares)
    throw new AppError('NOT_SUPPORTED', `files of ${source.root} cannot share blocks with ${dirname(workspace)}`)
  await tools.records.write({ workspace, method, base: null })
  await mkdir(workspace, { mode: 0o700 })
  const packs = shares ? null : tools.packs
  return { method, ...(await copySource(tools, { source, to: workspace, packs, signal, onProgress })) }
}

/** A source that is a subvolume is its own base: exact, and without looking at a single file. */
async function canSnapshot({ host }: WorkspaceTools, source: Source): Promise<boolean> {
  const { root, rules, repository, worktrees } = source
  const inPlace = repository === null || repository.gitDirectory === join(root, '.git')
  return (
    inPlace &&
    worktrees.size === 0 &&
    copiesEverything(rules) &&
    (await isSubvolume(root)) &&
    (await holdsNoSubvolumes(host, root))
  )
}

async function snapshotOf(tools: WorkspaceTools, { workspace }: WorkspaceRequest, source: Source): Promise<Filled> {
  await tools.records.write({ workspace, method: 'btrfs-snapshot', base: null })
  await takeSnapshot(tools.host, source.root, workspace)
  if (source.repository !== null) await dropPrivate(join(workspace, '.git'))
  return { method: 'btrfs-snapshot', files: null, skipped: [] }
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
