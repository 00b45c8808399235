import { join } from 'node:path'
import { withoutRepository } from '../../../lib/git-environment.ts'
import { lastLine } from '../../../lib/last-line.ts'
import { quoteArgument, quoteCommand } from '../../../lib/quote.ts'
import { AppError } from '../../errors.ts'
import type { HomePaths } from '../../home/paths.ts'
import type { RemoteDeps } from './deps.ts'
import type { RemoteRecord } from './model.ts'

export type RemoteName = Pick<RemoteRecord, 'context' | 'app'>
type GitDeps = Pick<RemoteDeps, 'host' | 'environment'>

/** The files of a remote: absolute paths. */
export function filesOf({ paths }: { paths: Pick<HomePaths, 'remote'> }, { context, app }: RemoteName) {
  const directory = paths.remote(context, app)
  const repository = join(directory, `${app}.git`)
  return {
    directory,
    record: join(directory, 'remote.json'),
    /** What is pushed to. */
    repository,
    hook: join(repository, 'hooks', 'pre-receive'),
    /** Where it is checked out; named as the app is, for a project is called after its directory. */
    tree: join(directory, app),
    index: join(directory, 'index'),
  }
}

/**
 * What the repository of a remote has to say of itself: the user's own settings would have other hooks run than ours
 * (core.hooksPath), or none of the pushes that a deploy can make sense of come through.
 */
const settings = (hooks: string) =>
  [
    ['core.hooksPath', hooks],
    ['core.logAllRefUpdates', 'true'],
    // to push an earlier commit is to go back to it
    ['receive.denyNonFastForwards', 'false'],
    ['receive.denyDeletes', 'false'],
    // clones of CI hold the last commit alone
    ['receive.shallowUpdate', 'true'],
    ['receive.advertisePushOptions', 'true'],
  ] as const

/** Makes the repository, or makes it anew as it should be; what was pushed stays. Throws PUSH_FAILED. */
export async function makeRepository(deps: RemoteDeps, remote: RemoteRecord): Promise<void> {
  const { repository, hook, directory } = filesOf(deps, remote)
  await deps.files.makeDirectory(directory)
  // no template: it could bring hooks along
  await git(deps, ['init', '--quiet', '--bare', '--template=', repository])
  for (const [name, value] of settings(join(repository, 'hooks')))
    await git(deps, ['-C', repository, 'config', name, value])
  await git(deps, ['-C', repository, 'symbolic-ref', 'HEAD', `refs/heads/${remote.branch}`])
  await deps.files.writeText(hook, hookText(deps, remote), 0o755)
}

/**
 * The hook: what git is about to take goes to this Berth, and what that exits with is git's answer. What git says of its own
 * in variables would have every other git obey it.
 */
export function hookText({ paths, berthProgram }: RemoteDeps, { context, app }: RemoteName): string {
  const receive = ['app', 'remote', 'receive', app, '--context', context]
  const [program = ''] = berthProgram
  return `#!/bin/sh
# Written by berth app remote add, and anew by each berthd that starts: deploys what is pushed, and refuses what fails.
BERTH_PUSH_OBJECTS=\${GIT_OBJECT_DIRECTORY-}
BERTH_HOME=${quoteArgument(paths.home)}
export BERTH_PUSH_OBJECTS BERTH_HOME
unset GIT_QUARANTINE_PATH $(git rev-parse --local-env-vars)
if [ ! -x ${quoteArgument(program)} ]; then
  echo 'error: Berth is not where it was on this machine' >&2
  echo 'hint: berth connect it again' >&2
  exit 1
fi
exec ${quoteCommand([...berthProgram, ...receive])}
`
}

/** Longest a git of ours may take, ms: a first checkout of a large repository. */
const patience = 10 * 60_000

/** Runs git; returns what it printed. Throws PUSH_FAILED with its last line. */
export async function git(
  deps: GitDeps,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await tryGit(deps, words, variables)
  if (exitCode === 0) return stdout
  throw new AppError('PUSH_FAILED', `git failed: ${lastLine(stderr)}`, {
    stage: 'bundle',
    details: { output: stderr.trim().split('\n').slice(-10) },
  })
}

/** The same for what may say no. */
export const tryGit = (deps: GitDeps, words: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  deps.host.run(['git', ...words], {
    env: { ...withoutRepository(deps.environment), ...variables, LC_ALL: 'C' },
    timeoutMs: patience,
  })
