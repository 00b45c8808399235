import { AppError } from '../../core/errors.ts'
import type { Git } from './git.ts'
import { withoutHooks } from './git.ts'
import { splitNul } from './parse.ts'

/** Commits everything uncommitted; returns the commit that is checked out then. Throws GIT_CONFLICT mid-merge. */
export async function commitAll(git: Git, workspace: string, message: string): Promise<string> {
  const conflicts = splitNul((await git(workspace, ['diff', '--name-only', '--diff-filter=U', '-z'])).stdout)
  if (conflicts.length > 0) throw unresolved(workspace, conflicts)
  await git(workspace, ['add', '--all', ...(await everythingOwn(git, workspace))])
  const merging = await git(workspace, ['rev-parse', '--verify', '--quiet', 'MERGE_HEAD'], { allow: [1] })
  const staged = await git(workspace, ['diff', '--cached', '--quiet'], { allow: [1] })
  if (staged.exitCode === 1 || merging.exitCode === 0) {
    // a commit of Berth's own: neither the project's checks nor a passphrase may stop it
    const options = ['--quiet', '--no-verify', '--no-gpg-sign', '--file=-']
    await git(workspace, [...withoutHooks, ...(await someIdentity(git, workspace)), 'commit', ...options], {
      input: message,
    })
  }
  return (await git(workspace, ['rev-parse', '--verify', 'HEAD'])).stdout.trim()
}

/**
 * Arguments that name all of the working tree but repositories inside it: those are not the project's (git would record
 * them as submodules that nobody can fetch).
 */
export async function everythingOwn(git: Git, workspace: string): Promise<string[]> {
  const untracked = await git(workspace, ['ls-files', '-z', '--others', '--exclude-standard'])
  const repositories = splitNul(untracked.stdout).filter((path) => path.endsWith('/'))
  return ['--', ':(top)', ...repositories.map((path) => `:(top,exclude,literal)${path}`)]
}

/** Arguments of git that give a name to commit in, where the user has set none. */
export async function someIdentity(git: Git, workspace: string): Promise<string[]> {
  const { exitCode } = await git(workspace, ['var', 'GIT_COMMITTER_IDENT'], { allow: [128] })
  return exitCode === 0 ? [] : ['-c', 'user.name=Berth', '-c', 'user.email=berth@localhost']
}

function unresolved(workspace: string, files: string[]): AppError {
  return new AppError('GIT_CONFLICT', `the merge under way in ${workspace} has conflicts in ${files.join(', ')}`, {
    hint: 'resolve them there (git add the files), then run it again',
    details: { files },
  })
}
