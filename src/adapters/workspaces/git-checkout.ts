import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from './git.ts'
import { withoutHooks } from './git.ts'
import { splitNul } from './parse.ts'
import { matcher } from './selection.ts'
import type { Source } from './source.ts'

/** Makes the files those of the commit that is checked out; what git ignores (dependencies, .env) stays. */
export async function checkOutHead(git: Git, source: Source, workspace: string, signal?: AbortSignal): Promise<void> {
  const kept = source.rules.always.flatMap((path) => ['-e', `/${source.prefix}${path}`])
  await git(workspace, [...withoutHooks, '-c', 'submodule.recurse=false', 'reset', '--quiet', '--hard'], { signal })
  await git(workspace, ['clean', '--quiet', '-fd', ...kept], { signal })
}

/**
 * Tracked files the rules leave out must not look deleted, or `berth merge` would delete them in the user's repository:
 * git is told not to look at them.
 */
export async function hideExcluded(git: Git, { rules, prefix, commit }: Source, workspace: string): Promise<void> {
  if (rules.exclude.length === 0) return
  const excludes = matcher(rules.exclude, prefix)
  const always = new Set(rules.always.map((path) => prefix + path))
  const tracked = splitNul((await git(workspace, ['ls-files', '-z'])).stdout)
  const hidden = tracked.filter((path) => excludes(path, false) && !always.has(path))
  if (hidden.length === 0) return
  const input = hidden.map((path) => `${path}\0`).join('')
  await git(workspace, ['update-index', '-z', '--skip-worktree', '--stdin'], { input, allow: [128] })
  // a checkout has just written them, and real directories around them; a copy never had them
  if (commit !== null) for (const path of hidden) await rm(join(workspace, path), { recursive: true, force: true })
}
