/** The hooks of git that checks are worth running in. */
export const hookNames = ['pre-commit', 'pre-push'] as const
export type HookName = (typeof hookNames)[number]

/** Where git looks for the hooks of a repository, and who said so. */
export interface HooksPlace {
  /** Absolute path. */
  directory: string
  /** `default`: in the repository's .git; `local`: its own config names another; `shared`: the user's or the system's. */
  set: 'default' | 'local' | 'shared'
  /** Absolute path of the work tree. */
  worktree: string
}

/** What stands at a hook's place. `foreign` was written by somebody else. */
export type HookState = 'none' | 'ours' | 'foreign'

/** A hook, as it is now. */
export interface HookView {
  hook: HookName
  state: HookState
  /** Absolute path of its file. */
  file: string
  /** Whether a hook that was there before runs first. */
  chained: boolean
}
