import { lstat, mkdir, readdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { errnoOf } from '../../lib/errno.ts'
import type { CopyTools } from './copy-tree.ts'
import { copyTree } from './copy-tree.ts'
import { plainEnvironment } from './environment.ts'
import { planCopy } from './plan-copy.ts'
import type { Repository } from './read-repository.ts'
import { repositoryFiles, sharedFiles, worktreeFiles } from './repository-files.ts'
import type { Selection } from './selection.ts'
import { walk } from './walk.ts'

/**
 * Makes `to` (`.git` of the workspace) a repository of its own, objects aside, where the source's is not simply a
 * directory that was copied along: a linked worktree, a submodule, links to another repository.
 */
export async function copyRepositoryFiles(
  tools: CopyTools,
  { top, gitDirectory, commonDirectory }: Repository,
  to: string,
  signal?: AbortSignal,
): Promise<void> {
  const linked = gitDirectory !== commonDirectory
  if (linked || commonDirectory !== join(top, '.git') || (await lstat(commonDirectory)).isSymbolicLink()) {
    await mkdir(to, { recursive: true })
    await copyChosen(tools, commonDirectory, to, linked ? sharedFiles() : repositoryFiles(''), signal)
    if (linked) await copyChosen(tools, gitDirectory, to, worktreeFiles(), signal)
  }
  for (const path of ['', 'logs']) await replaceLinks(tools, join(commonDirectory, path), join(to, path), signal)
}

async function copyChosen(
  tools: CopyTools,
  from: string,
  to: string,
  selection: Selection,
  signal?: AbortSignal,
): Promise<void> {
  const { top } = await walk(from, selection)
  if (top !== null) await copyTree(tools, { from, to, plan: planCopy(top), signal })
}

/** Repositories that share refs or config by symbolic links (git-new-workdir, repo): written through, they are the user's. */
async function replaceLinks({ host }: CopyTools, from: string, to: string, signal?: AbortSignal): Promise<void> {
  const entries = await readdir(to, { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  })
  for (const { name } of entries.filter((entry) => entry.isSymbolicLink())) {
    const target = await realpath(join(from, name))
    if (target.startsWith(`${from}/`)) continue
    await rm(join(to, name))
    const argv = ['cp', '-a', '--reflink=auto', '-T', '--', target, join(to, name)]
    const { exitCode, stderr } = await host.run(argv, { env: plainEnvironment(), signal })
    if (exitCode !== 0) throw new AppError('WORKSPACE_FAILED', `${target} could not be copied: ${stderr.trim()}`)
  }
}
