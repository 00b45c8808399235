import { AppError } from '../../core/errors.ts'
import type { Git } from './git.ts'
import { withoutHooks } from './git.ts'

/** Where a workspace remembers what was pulled from it last. */
const pulled = 'refs/berth/pulled'

/** Brings what the workspace has checked out into `directory` as a branch. Throws GIT_CONFLICT. */
export async function pullBranch(
  git: Git,
  workspace: string,
  directory: string,
  branch: string,
): Promise<{ commit: string; commits: number }> {
  const ref = `refs/heads/${branch}`
  const commit = (await git(workspace, ['rev-parse', '--verify', 'HEAD^{commit}'])).stdout.trim()
  await refuseCheckedOut(git, directory, branch)
  const force = await isOurs(git, workspace, directory, ref)

  const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--update-shallow']
  const config = [...withoutHooks, '-c', 'protocol.file.allow=always', '-c', 'fetch.prune=false']
  const refspec = `${force ? '+' : ''}HEAD:${ref}`
  const fetched = await git(directory, [...config, 'fetch', ...options, '--', workspace, refspec], { allow: [1] })
  if (fetched.exitCode !== 0) throw diverged(branch, fetched.stderr)

  await git(workspace, [...withoutHooks, 'update-ref', pulled, commit])
  const count = await git(directory, ['rev-list', '--count', ref, '--not', 'HEAD', '--'], { allow: [128] })
  return { commit, commits: Number(count.exitCode === 0 ? count.stdout : await countAll(git, directory, ref)) }
}

/** Changing a branch under a working tree would make its files look modified. */
async function refuseCheckedOut(git: Git, directory: string, branch: string): Promise<void> {
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
