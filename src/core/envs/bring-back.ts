import { AppError } from '../errors.ts'
import type { WorkspaceDiff } from '../ports.ts'
import type { EnvDeps } from './deps.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import { lockEnv } from './lock-env.ts'
import type { EnvRecord } from './model.ts'

/** What came back into the user's repository. */
export interface BroughtBack {
  env: EnvRecord
  /** Branch in the user's repository. */
  branch: string
  commit: string
  /** How many commits are new there. */
  commits: number
  /** Files in which the env's work could not be told from what the user had not committed when it was made. */
  mixed: string[]
}

export type BringBackDeps = Pick<EnvDeps, 'store' | 'files' | 'paths' | 'loadConfig' | 'workspaces' | 'locks'>

/** What an env changed since it was made: commits, uncommitted and untracked. Throws GIT_FAILED without a repository. */
export async function diffEnv(deps: BringBackDeps, ref: EnvRef, options: { stat: boolean }): Promise<WorkspaceDiff> {
  const env = await findEnv(deps, ref)
  return deps.workspaces.diff(env.workspace, inRepository(env).baseCommit, options)
}

/**
 * Brings an env's work into the user's repository as a branch; uncommitted work in the env is committed there first.
 * Nothing checked out in the user's repository changes. Throws GIT_FAILED, GIT_DIRTY, GIT_CONFLICT.
 */
export async function pullEnv(
  deps: BringBackDeps,
  request: { env: EnvRef; branch?: string | undefined; message?: string | undefined },
): Promise<BroughtBack> {
  return lockEnv(deps, await findEnv(deps, request.env), async (env) => {
    const { branch: own, directory, baseCommit } = inRepository(env)
    const branch = request.branch ?? own
    await deps.workspaces.commitAll(env.workspace, request.message ?? `Work in the env ${env.name}`)
    return { env, branch, ...(await deps.workspaces.pull(env.workspace, directory, branch, baseCommit)) }
  })
}

/**
 * Brings an env's work back and merges it into what the user has checked out. Throws GIT_DIRTY when uncommitted work
 * would be touched and GIT_CONFLICT when it cannot be merged by itself; both leave the repository as it was.
 */
export async function mergeEnv(
  deps: BringBackDeps,
  request: { env: EnvRef; message?: string | undefined },
): Promise<BroughtBack & { fastForward: boolean }> {
  const pulled = await pullEnv(deps, request)
  const { directory } = inRepository(pulled.env)
  const message = request.message ?? `Merge the env ${pulled.env.name}`
  const { commit, fastForward } = await deps.workspaces.merge(directory, pulled.branch, message)
  return { ...pulled, commit, fastForward }
}

/** The repository facts of an env. Throws GIT_FAILED for one that was not made from a repository. */
export function inRepository(env: EnvRecord): { branch: string; baseCommit: string; directory: string } {
  const { source, branch, baseCommit } = env
  if (source.kind !== 'empty' && branch !== null && baseCommit !== null)
    return { branch, baseCommit, directory: source.directory }
  throw new AppError('GIT_FAILED', `the env ${env.name} was not made from a git repository`, {
    hint: `its files are in ${env.workspace}`,
  })
}
