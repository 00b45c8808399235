import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative } from 'node:path'
import { copiesEverything } from '../../core/envs/copy-rules.ts'
import type { EnvSource } from '../../core/envs/model.ts'
import { AppError } from '../../core/errors.ts'
import type { CopyRules } from '../../core/ports/workspaces.ts'
import { errnoOf } from '../../lib/errno.ts'
import type { Git } from './git.ts'
import type { Repository } from './read-repository.ts'
import { listIgnored, readRepository, resolveRef, worktreesInside } from './read-repository.ts'
import type { Selection } from './selection.ts'
import { selectFiles } from './selection.ts'

/** What a workspace is copied from. */
export interface Source {
  /** Absolute, without symbolic links: the top of the repository, or the directory itself. */
  root: string
  /** Where the project lies below it: '' or `a/b/`. */
  prefix: string
  repository: Repository | null
  /** Commit to check out instead of what is there, or null. */
  commit: string | null
  rules: CopyRules
  selection: Selection
  /** Linked worktrees inside it, relative; they stay out. */
  worktrees: ReadonlySet<string>
  /** Differs whenever other files would be selected of the same directory. */
  fingerprint: string
}

/** Looks at the source of a request. Throws SOURCE_INVALID. */
export async function openSource(
  git: Git,
  from: Exclude<EnvSource, { kind: 'empty' }>,
  rules: CopyRules,
): Promise<Source> {
  const directory = await existing(from.directory)
  const repository = await readRepository(git, directory)
  const commit = from.kind === 'ref' ? await resolveRef(git, repository, from.ref) : null
  const root = repository?.top ?? directory
  const prefix = repository?.prefix ?? ''
  const asksGit = repository !== null && rules.ignored !== 'all' && !copiesEverything(rules)
  const gitIgnored = asksGit ? await listIgnored(git, root) : new Set<string>()
  const worktrees = repository === null ? new Set<string>() : await worktreesInside(repository)
  const selection = selectFiles({ rules, prefix, gitIgnored, worktrees })
  const fingerprint = JSON.stringify([prefix, rules, [...gitIgnored].sort(), [...worktrees].sort()])
  return { root, prefix, repository, commit, rules, selection, fingerprint, worktrees }
}

/** A workspace inside its own source would be copied into itself. */
export function refuseInside(source: Source, workspace: string): void {
  const path = relative(source.root, workspace)
  if (path === '..' || path.startsWith('../') || isAbsolute(path)) return
  throw new AppError('SOURCE_INVALID', `the workspace ${workspace} would lie inside ${source.root}, which it copies`, {
    hint: 'set BERTH_HOME to a directory outside it',
  })
}

async function existing(directory: string): Promise<string> {
  try {
    const real = await realpath(directory)
    if ((await stat(real)).isDirectory()) return real
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EACCES') throw new AppError('SOURCE_INVALID', `${directory} may not be read`, { cause: error })
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    throw new AppError('SOURCE_INVALID', `${directory} does not exist`, { cause: error })
  }
  throw new AppError('SOURCE_INVALID', `${directory} is not a directory`)
}
