import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BytePath } from './bytes.ts'
import type { Selection } from './selection.ts'

/** Of the top of a repository's own directory: work in progress, processes and worktrees that are the user's alone. */
const usersAlone =
  /^(?:worktrees|gc\.pid|fsmonitor--daemon.*|rebase-merge|rebase-apply|sequencer|BISECT_.*|commondir|gitdir|locked)$/
/** What each linked worktree has for itself. */
const perWorktree =
  /^(?:HEAD|index|sharedindex\..*|ORIG_HEAD|MERGE_.*|AUTO_MERGE|SQUASH_MSG|CHERRY_PICK_HEAD|REVERT_HEAD|COMMIT_EDITMSG|config\.worktree|logs|logs\/HEAD|info|info\/sparse-checkout|refs|refs\/(?:worktree|bisect|rewritten).*)$/
/** Objects half written. */
const unfinished = /(?:^|\/)(?:tmp_|incoming-|\.tmp-)[^/]*$/

/**
 * What of a git directory (at `prefix`, which is '' or ends in `/`) goes into the repository of a workspace: refs,
 * config, index, hooks, a merge under way; not its locks and what is bound to the user's own directory, and not the
 * objects, which go by themselves.
 */
export function repositoryFiles(prefix: string): Selection {
  return choose((path) => {
    const inside = path.slice(prefix.length)
    return inside !== 'objects' && !usersAlone.test(inside) && !inside.endsWith('.lock')
  })
}

/** What a linked worktree shares with its repository. */
export function sharedFiles(): Selection {
  const shared = (path: string) => !perWorktree.test(path) || path === 'logs' || path === 'info' || path === 'refs'
  return choose((path) => repositoryFiles('').below(path, false) !== null && shared(path))
}

/** What a linked worktree has for itself. */
export function worktreeFiles(): Selection {
  return choose((path) => perWorktree.test(path) || path.startsWith('modules'))
}

/** Objects that are there whole, except those refused by `unwanted`. */
export function objectFiles(unwanted: (path: BytePath) => boolean): Selection {
  return choose((path) => !unfinished.test(path) && !unwanted(path))
}

function choose(wanted: (path: BytePath) => boolean): Selection {
  const selection: Selection = { keepsEmpty: true, below: (path) => (wanted(path) ? selection : null) }
  return selection
}

/** Removes from a copied git directory what is the user's alone. */
export async function dropPrivate(gitDirectory: string): Promise<void> {
  const kept = repositoryFiles('')
  const refs = await readdir(join(gitDirectory, 'refs'), { recursive: true })
  const names = [...(await readdir(gitDirectory)), ...refs.map((name) => `refs/${name}`)]
  for (const name of names) {
    if (name !== 'objects' && kept.below(name, false) === null)
      await rm(join(gitDirectory, name), { recursive: true, force: true })
  }
}
