import { mkdir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, normalize, resolve } from 'node:path'
import { AppError, toAppError } from '../../core/errors.ts'
import type { WorkspaceRequest, WorkspaceResult } from '../../core/ports/workspaces.ts'
import { errnoOf } from '../../lib/errno.ts'
import { diskFull } from './copy-tree.ts'
import { checkOutHead, hideExcluded } from './git-checkout.ts'
import { exists } from './if-any.ts'
import { fillWorkspace } from './methods.ts'
import { removeWorkspace } from './remove.ts'
import { separateRepository, startBranch } from './separate-repository.ts'
import type { Source } from './source.ts'
import { openSource, refuseInside } from './source.ts'
import type { WorkspaceTools } from './tools.ts'

/** Makes a workspace, or nothing. */
export async function createWorkspace(tools: WorkspaceTools, request: WorkspaceRequest): Promise<WorkspaceResult> {
  const { workspace, source: from, signal } = request
  await refuseTaken(workspace)
  signal?.throwIfAborted()
  const source = from.kind === 'empty' ? null : await openSource(tools.git, from, request.rules)
  if (source !== null) refuseInside(source, workspace)
  try {
    return source === null ? await makeEmpty(tools, workspace) : await copyOf(tools, request, source)
  } catch (error) {
    throw await undone(tools, workspace, error)
  }
}

async function makeEmpty(tools: WorkspaceTools, workspace: string): Promise<WorkspaceResult> {
  await tools.records.write({ workspace, method: 'empty', base: null })
  await mkdir(workspace)
  return { method: 'empty', directory: workspace, branch: null, baseCommit: null, files: 0, skipped: [] }
}

async function copyOf(tools: WorkspaceTools, request: WorkspaceRequest, source: Source): Promise<WorkspaceResult> {
  const { workspace, branch, signal } = request
  const { repository } = source
  const commit = source.commit ?? repository?.head ?? null
  const settle = async () => {
    if (repository === null) return
    await separateRepository(tools.git, repository, workspace)
    await startBranch(tools.git, workspace, branch, commit)
  }
  const { unchanged, started, ...filled } = await fillWorkspace(tools, { ...request, settle }, source)
  const directory = resolve(workspace, source.prefix)
  if (repository === null) return { ...filled, directory, branch: null, baseCommit: null }

  if (source.commit !== null) await checkOutHead(tools.git, source, workspace, signal)
  await hideExcluded(tools.git, source, workspace)
  const baseCommit = commit ?? (await emptyTree(tools, workspace))
  // what was just checked out is the commit and nothing else
  if (source.commit === null && !started) {
    // leaving out tracked files changes the index
    const pristine = unchanged && source.rules.exclude.length === 0
    await tools.starts.note(workspace, baseCommit, { method: filled.method, pristine })
  }
  return { ...filled, directory, branch, baseCommit }
}

/** What a repository without commits is compared with; its id depends on the repository's hash function. */
async function emptyTree({ git }: WorkspaceTools, workspace: string): Promise<string> {
  return (await git(workspace, ['hash-object', '-t', 'tree', '-w', '--stdin'])).stdout.trim()
}

async function refuseTaken(workspace: string): Promise<void> {
  if (!isAbsolute(workspace) || normalize(workspace) !== workspace || dirname(workspace) === workspace)
    throw new AppError('WORKSPACE_FAILED', `${workspace} is no absolute path for a workspace`)
  if (await exists(workspace)) throw new AppError('WORKSPACE_FAILED', `${workspace} exists already`)
  const parent = await stat(dirname(workspace)).catch((error: unknown) => error)
  if (parent instanceof Error)
    throw new AppError('WORKSPACE_FAILED', `${dirname(workspace)} cannot be used`, { cause: parent })
}

/** Removes what was begun; the error to be thrown says when that failed too. */
async function undone(tools: WorkspaceTools, workspace: string, error: unknown): Promise<unknown> {
  const failure = translated(workspace, error)
  try {
    await removeWorkspace(tools, workspace)
    return failure
  } catch (second) {
    const { message } = toAppError(second)
    const { code, hint, details } = toAppError(failure)
    return new AppError(code, `${toAppError(failure).message}; and what was begun is still there: ${message}`, {
      hint,
      details: { ...details, leftBehind: workspace },
      cause: failure,
    })
  }
}

/** Failures of the file system in Berth's words; the reason of an abort is passed on as it is. */
function translated(workspace: string, error: unknown): unknown {
  const code = errnoOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(workspace, error)
  if (error instanceof AppError || code === undefined) return error
  return new AppError('WORKSPACE_FAILED', `${workspace} cannot be made: ${toAppError(error).message}`, { cause: error })
}
