import { AppError } from '../../core/errors.ts'
import type { Git } from './git.ts'
import { withoutHooks } from './git.ts'
import { keepOwnWork, resultsRef } from './own-work.ts'
import type { WorkspaceTools } from './tools.ts'

/** Where a workspace remembers what was pulled from it last. */
const pulled = 'refs/berth/pulled'

export interface PullJob {
  workspace: string
  /** The user's repository. */
  directory: string
  branch: string
  /** What the workspace was made at. */
  baseCommit: string
}

/** Brings the work done in the workspace into `directory` as a branch. Throws GIT_CONFLICT. */
export async function pullBranch(
  tools: Pick<WorkspaceTools, 'git' | 'starts' | 'temporary'>,
  { workspace, directory, branch, baseCommit }: PullJob,
): Promise<{ commit: string; commits: number; mixed: string[] }> {
  const { git } = tools
  const ref = `refs/heads/${branch}`
  await refuseCheckedOut(git, directory, branch)
  const { commit, mixed } = await keepOwnWork(tools, workspace, baseCommit)
  const force = await isOurs(git, workspace, directory, ref)

  await fetchBranch(git, { directory, from: workspace, what: resultsRef, branch, force })
  await git(workspace, [...withoutHooks, 'update-ref', pulled, commit])
  return { commit, commits: await countNew(git, directory, ref), mixed }
}

export interface FetchJob {
  directory: string
  /** A repository, or a bundle. */
  from: string
  /** A ref there, or a commit. */
  what: string
  branch: string
  /** Whether a branch that has gone another way may be replaced. */
  force: boolean
}

/** Fetches into a branch; nothing else of the repository changes. Throws GIT_CONFLICT. */
export async function fetchBranch(git: Git, { directory, from, what, branch, force }: FetchJob): Promise<void> {
  const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--update-shallow']
  const config = [...withoutHooks, '-c', 'protocol.file.allow=always', '-c', 'fetch.prune=false', ...checked]
  const refspec = `${force ? '+' : ''}${what}:refs/heads/${branch}`
  const fetched = await git(directory, [...config, 'fetch', ...options, '--', from, refspec], { allow: [1] })
  if (fetched.exitCode !== 0) throw diverged(branch, fetched.stderr)
}

/** Objects of others are looked at before they are let in: no tree that would write outside, no trap for submodules. */
const checked = ['-c', 'fetch.fsckObjects=true']

/** How many commits of a ref the one that is checked out lacks. */
export async function countNew(git: Git, directory: string, ref: string): Promise<number> {
  const count = await git(directory, ['rev-list', '--count', ref, '--not', 'HEAD', '--'], { allow: [128] })
  return Number(count.exitCode === 0 ? count.stdout : await countAll(git, directory, ref))
}

/** Changing a branch under a working tree would make its files look modified. */
export async function refuseCheckedOut(git: Git, directory: string, branch: string): Promise<void> {
  const format = '--format=%(worktreepath)'
  const where = (await git(directory, ['for-each-ref', format, `refs/heads/${branch}`])).stdout.trim()
  if (where === '') return
  throw new AppError('GIT_CONFLICT', `the branch ${branch} is checked out in ${where}`, {
    hint: 'check out another branch there, then run it again',
    details: { branch, directory: where },
  })
}

/** A branch still as it was pulled from here may be replaced, also when the workspace's was rebased since. */
async function isOurs(git: Git, workspace: string, directory: string, ref: string): Promise<boolean> {
  const [there, here] = await Promise.all([
    git(directory, ['rev-parse', '--verify', '--quiet', ref], { allow: [1] }),
    git(workspace, ['rev-parse', '--verify', '--quiet', pulled], { allow: [1] }),
  ])
  return here.exitCode === 0 && here.stdout === there.stdout
}

function diverged(branch: string, stderr: string): AppError {
  return new AppError('GIT_CONFLICT', `the branch ${branch} has commits the workspace does not have`, {
    hint: `git branch -m ${branch} another-name keeps them; then run it again`,
    details: { branch, lines: stderr.split('\n').filter((line) => line !== '') },
  })
}

/** A repository without a commit of its own has no HEAD to leave out. */
async function countAll(git: Git, directory: string, ref: string): Promise<string> {
  return (await git(directory, ['rev-list', '--count', ref, '--'])).stdout
}
