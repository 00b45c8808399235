import { randomUUID } from 'node:crypto'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { WorkspaceDiff } from '../../core/ports/workspaces.ts'
import { errnoOf } from '../../lib/errno.ts'
import { everythingOwn } from './git-commit.ts'
import { parseNumstat } from './parse.ts'
import type { WorkspaceTools } from './tools.ts'

/** Nothing the user has configured for their eyes: the patch has to apply. */
const plain = [
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--submodule=short',
  '--src-prefix=a/',
  '--dst-prefix=b/',
]

/** Everything that changed since a commit, untracked files too. Works on a copy of the index: the workspace's stays as it is. */
export async function diffSince(
  { git, temporary }: Pick<WorkspaceTools, 'git' | 'temporary'>,
  workspace: string,
  baseCommit: string,
  { stat = false }: { stat?: boolean } = {},
): Promise<WorkspaceDiff> {
  const gitDirectory = (await git(workspace, ['rev-parse', '--absolute-git-dir'])).stdout.trimEnd()
  const index = join(await temporary(), `index-${randomUUID()}`)
  const env = { GIT_INDEX_FILE: index }
  try {
    await copyFile(join(gitDirectory, 'index'), index).catch(nothingStaged)
    await git(workspace, ['add', '--all', '--intent-to-add', ...(await everythingOwn(git, workspace))], { env })
    const numbers = await git(workspace, ['diff', ...plain, '--no-renames', '--numstat', '-z', baseCommit], { env })
    const files = parseNumstat(numbers.stdout)
    if (stat || files.length === 0) return { patch: '', files }
    return { patch: (await git(workspace, ['diff', ...plain, '--binary', '-M', baseCommit], { env })).stdout, files }
  } finally {
    await Promise.all([index, `${index}.lock`].map((path) => rm(path, { force: true })))
  }
}

/** A repository in which nothing was ever added has no index. */
function nothingStaged(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error
}
