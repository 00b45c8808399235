import type { CopyMethod, EnvSource } from '../envs/model.ts'

/** Which files of the source go into a workspace. Patterns are gitignore syntax, relative to the project. */
export interface CopyRules {
  /** Never copied, even when git tracks them. */
  exclude: readonly string[]
  /** When not empty: of the files git ignores only those matching are copied (`.worktreeinclude` joins this list). */
  includeIgnored: readonly string[]
  /** `all`: ignored files come along (dependencies, .env); `listed`: only includeIgnored; `none`: only what git knows. */
  ignored: 'all' | 'listed' | 'none'
  /** Paths that come along whatever the other rules say. */
  always: readonly string[]
}

export interface WorkspaceRequest {
  source: EnvSource
  /** Absolute path that does not exist yet; its parent does. */
  workspace: string
  /** Branch to make, `berth/<env>`. */
  branch: string
  rules: CopyRules
  /** `auto` takes the fastest the machine allows. */
  method: 'auto' | Exclude<CopyMethod, 'empty'>
  signal?: AbortSignal
  /** What was found out of the source by `look`, a moment ago. */
  look?: SourceLook
  /** Files copied so far, of how many, now and then. Never called where nothing has to be copied. */
  onProgress?: (progress: { files: number; total: number }) => void
}

/** What is being found out of a source. */
export interface SourceLook {
  /** By frozen copy of it: what changed since, as its adapter tells it. */
  found: ReadonlyMap<string, Promise<{ path: string; type: string; inode: string }[] | null>>
}

/** Something of the source that is not in the workspace although the rules would have it. */
export interface SkippedFile {
  /** Relative to the workspace. */
  path: string
  reason: 'unreadable' | 'socket' | 'device' | 'vanished'
}

export interface WorkspaceResult {
  method: CopyMethod
  /**
   * Absolute path of the project: the workspace itself, or a directory below it where the source lies below the top of
   * its git repository (all of which is copied, so that git and `../shared` work).
   */
  directory: string
  /** null where the source is no git repository. */
  branch: string | null
  /** The commit it was made at; the empty tree in a repository without commits, null without a repository. */
  baseCommit: string | null
  /** Files of the workspace; null where they were not looked at one by one (btrfs snapshot of the source). */
  files: number | null
  skipped: SkippedFile[]
}

export interface WorkspaceDiff {
  /** `git diff` text of everything since the start: commits, uncommitted and untracked. */
  patch: string
  files: { path: string; added: number | null; removed: number | null }[]
}

/** What came of a pull. */
export interface Pulled {
  /** The branch's newest. */
  commit: string
  /** How many of its commits HEAD there does not have. */
  commits: number
  /** Files in which the env's work cannot be told from what was uncommitted when it was made: both came along. */
  mixed: string[]
}

/** Directories that are copies of a project. Failures: WORKSPACE_FAILED, DISK_FULL, GIT_FAILED, SOURCE_INVALID. */
export interface Workspaces {
  /**
   * Begins to look at a source of which a workspace will be made at once, so that making it takes less time. Writes
   * nothing, and never rejects: `create` tells what is wrong.
   */
  look(request: Pick<WorkspaceRequest, 'source' | 'rules' | 'method' | 'signal'>): Promise<SourceLook>
  /** Makes the workspace, or nothing: on failure or abort what was begun is removed. Never writes into the source. */
  create(request: WorkspaceRequest): Promise<WorkspaceResult>
  /**
   * Removes the workspace, however it was made (unmounts, deletes the subvolume), also a half made one. Harmless when
   * it is gone; refuses what it has not made.
   */
  remove(workspace: string, method: CopyMethod): Promise<void>
  /**
   * Takes a directory for a workspace made here although the note of that is lost, on an env's word; it can then be
   * removed. Harmless where the note is there, or the directory is gone.
   */
  claim(workspace: string, method: CopyMethod): Promise<void>
  /** After a reboot an overlay is not mounted: makes the workspace usable again. Harmless when it is. */
  restore(workspace: string, method: CopyMethod): Promise<void>
  /** What the env changed since it was made at `baseCommit`; what was uncommitted in the source by then is not its work. */
  diff(workspace: string, baseCommit: string, options?: { stat?: boolean }): Promise<WorkspaceDiff>
  /** Commits everything uncommitted in the workspace on its branch; returns the head commit. */
  commitAll(workspace: string, message: string): Promise<string>
  /**
   * Brings the commits of what the workspace has checked out into `directory` as `branch`, without what was uncommitted
   * in the source when it was made; touches neither HEAD, index nor files there. Throws GIT_CONFLICT when `branch` is
   * checked out there or has commits of its own.
   */
  pull(workspace: string, directory: string, branch: string, baseCommit: string): Promise<Pulled>
  /**
   * The objects of a workspace's work as a pack in `file`, for a repository that has the commits `haves`; no file where
   * that lacks nothing. `commit`: where the work ends.
   */
  packWork(
    workspace: string,
    baseCommit: string,
    request: { haves: readonly string[]; file: string },
  ): Promise<{ commit: string; mixed: string[]; packed: boolean }>
  /**
   * Brings packed work (null: all of it is there already) into `directory` as `branch`, as `pull` does. `before`: what was
   * pulled last into that branch, which may be replaced. Nothing in the pack is trusted.
   */
  takeWork(
    directory: string,
    work: { branch: string; commit: string; file: string | null; before: string | null },
  ): Promise<{ commits: number }>
  /** Commits the repository of `directory` has by name, the newest first: what need not be sent to it. */
  haves(directory: string): Promise<string[]>
  /** Merges `branch` into what `directory` has checked out. Throws GIT_DIRTY, GIT_CONFLICT (leaving `directory` as it was). */
  merge(directory: string, branch: string, message: string): Promise<{ commit: string; fastForward: boolean }>
  /** Workspaces made here and not removed yet, half made ones too. */
  list(): Promise<{ workspace: string; method: CopyMethod }[]>
  /**
   * What no workspace uses any more. The newest frozen copy of a source in `keep` (absolute directories) stays: the
   * next workspace of it is made from it.
   */
  leftovers(keep: readonly string[]): Promise<Leftover[]>
  /** Removes a leftover; harmless when it is gone or used again. */
  removeLeftover(leftover: Leftover): Promise<void>
}

/** Something beside the workspaces that can go. */
export interface Leftover {
  /** Absolute. */
  path: string
  /** `base`: a frozen copy of a source; `objects`: git objects workspaces shared; `debris`: of something interrupted. */
  kind: 'base' | 'objects' | 'debris'
  bytes: number
}
