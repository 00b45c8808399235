import { join } from 'node:path'
import type { WorkspaceDiff } from '../../core/ports/workspaces.ts'
import { everythingOwn } from './git-commit.ts'
import { parseNumstat } from './parse.ts'
import { withPrivateIndex } from './private-index.ts'
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

/**
 * Everything that changed since the workspace was made, untracked files too. Works on a copy of the index: the
 * workspace's stays as it is.
 */
export async function diffSince(
  tools: Pick<WorkspaceTools, 'git' | 'starts' | 'temporary'>,
  workspace: string,
  baseCommit: string,
  { stat = false }: { stat?: boolean } = {},
): Promise<WorkspaceDiff> {
  const { git } = tools
  const gitDirectory = (await git(workspace, ['rev-parse', '--absolute-git-dir'])).stdout.trimEnd()
  const start = await tools.starts.of(workspace, baseCommit)
  return withPrivateIndex(tools, join(gitDirectory, 'index'), async (index) => {
    const env = { GIT_INDEX_FILE: index }
    await git(workspace, ['add', '--all', '--intent-to-add', ...(await everythingOwn(git, workspace))], { env })
    const numbers = await git(workspace, ['diff', ...plain, '--no-renames', '--numstat', '-z', start], { env })
    const files = parseNumstat(numbers.stdout)
    if (stat || files.length === 0) return { patch: '', files }
    return { patch: (await git(workspace, ['diff', ...plain, '--binary', '-M', start], { env })).stdout, files }
  })
}
