import { AppError } from '../../core/errors.ts'
import type { ExecResult } from '../../lib/exec.ts'
import type { Git } from './git.ts'
import { gitFailed } from './git.ts'
import { someIdentity } from './git-commit.ts'
import { parseMergeTree, splitNul } from './parse.ts'

/** Merges a branch into what `directory` has checked out, or leaves everything there as it was. */
export async function mergeBranch(
  git: Git,
  directory: string,
  branch: string,
  message: string,
): Promise<{ commit: string; fastForward: boolean }> {
  const ref = `refs/heads/${branch}`
  const before = await headOf(git, directory)
  await refuseBusy(git, directory)
  if (before !== null) await refuseConflict(git, directory, ref)

  const args = [
    'merge',
    '--quiet',
    '--ff',
    '--commit',
    '--no-squash',
    '--no-edit',
    '--no-autostash',
    '-m',
    message,
    ref,
  ]
  const merged = await git(directory, [...(await someIdentity(git, directory)), ...args], { allow: [1, 2, 128] })
  if (merged.exitCode !== 0) throw await undone(git, directory, merged, args)
  const commit = (await git(directory, ['rev-parse', '--verify', 'HEAD^{commit}'])).stdout.trim()
  return {
    commit,
    fastForward: (await git(directory, ['rev-parse', '--verify', ref])).stdout.trim() === commit || commit === before,
  }
}

/** The commit that is checked out; null before the first one. */
async function headOf(git: Git, directory: string): Promise<string | null> {
  const head = await git(directory, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { allow: [1, 128] })
  return head.exitCode === 0 ? head.stdout.trim() : null
}

/** Half a merge, rebase or cherry-pick is uncommitted work too. */
async function refuseBusy(git: Git, directory: string): Promise<void> {
  const conflicts = splitNul((await git(directory, ['diff', '--name-only', '--diff-filter=U', '-z'])).stdout)
  const heads = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'REBASE_HEAD']
  const found = await Promise.all(
    heads.map((head) => git(directory, ['rev-parse', '--verify', '--quiet', head], { allow: [1] })),
  )
  if (conflicts.length === 0 && found.every(({ exitCode }) => exitCode !== 0)) return
  throw new AppError('GIT_DIRTY', `a merge or rebase is under way in ${directory}`, {
    hint: 'finish or abort it first (git status says how)',
    details: { files: conflicts },
  })
}

/** Tries the merge on objects alone (git 2.38); an older git finds out in the working tree and takes it back. */
async function refuseConflict(git: Git, directory: string, ref: string): Promise<void> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', 'HEAD', ref]
  const tried = await git(directory, args, { allow: [1, 128, 129] })
  if (tried.exitCode === 1) throw conflict(directory, parseMergeTree(tried.stdout))
}

async function undone(git: Git, directory: string, merged: ExecResult, args: string[]): Promise<AppError> {
  const files = splitNul((await git(directory, ['diff', '--name-only', '--diff-filter=U', '-z'])).stdout)
  const begun = await git(directory, ['rev-parse', '--verify', '--quiet', 'MERGE_HEAD'], { allow: [1] })
  if (begun.exitCode === 0) await git(directory, ['merge', '--abort'])
  if (files.length > 0) return conflict(directory, files)
  if (!/would be overwritten|not uptodate|untracked working tree files/.test(merged.stderr + merged.stdout))
    return gitFailed(args, merged)
  const touched = merged.stderr.split('\n').flatMap(filesNamed)
  return new AppError('GIT_DIRTY', `uncommitted changes in ${directory} would be touched: ${touched.join(', ')}`, {
    details: { files: touched },
  })
}

/** Git names the files that are in its way one below the other, indented; before the first commit in a sentence each. */
function filesNamed(line: string): string[] {
  const inSentence = /'(.+)' would be overwritten/.exec(line)?.[1]
  return inSentence !== undefined ? [inSentence] : line.startsWith('\t') ? [line.trim()] : []
}

function conflict(directory: string, files: string[]): AppError {
  return new AppError('GIT_CONFLICT', `the branch conflicts with what ${directory} has in ${files.join(', ')}`, {
    details: { files },
  })
}
