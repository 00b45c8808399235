import type { CopyMethod, EnvSource } from '../envs/model.ts'

/** Which files of the source go into a workspace. Patterns are gitignore syntax, relative to the project. */
export interface CopyRules {
  /** Never copied, even when git tracks them. */
  exclude: readonly string[]
  /** When not empty: of the files git ignores only those matching are copied (`.worktreeinclude` joins this list). */
  includeIgnored: readonly string[]
  /** `all`: ignored files come along (dependencies, .env); `listed`: only includeIgnored; `none`: only what git knows. */
  ignored: 'all' | 'listed' | 'none'
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
  /** Files copied so far and bytes, now and then. */
  onProgress?: (progress: { files: number; bytes: number }) => void
}

export interface WorkspaceResult {
  method: CopyMethod
  /** null where the source is no git repository. */
  branch: string | null
  baseCommit: string | null
  files: number
}

export interface WorkspaceDiff {
  /** `git diff` text of everything since the base commit: commits, uncommitted and untracked. */
  patch: string
  files: { path: string; added: number | null; removed: number | null }[]
}

/** Directories that are copies of a project. Failures: WORKSPACE_FAILED, DISK_FULL, GIT_FAILED, SOURCE_INVALID. */
export interface Workspaces {
  /** Makes the workspace, or nothing: on failure or abort what was begun is removed. Never writes into the source. */
  create(request: WorkspaceRequest): Promise<WorkspaceResult>
  /** Removes the workspace, however it was made (unmounts, deletes the subvolume). Harmless when it is gone. */
  remove(workspace: string, method: CopyMethod): Promise<void>
  /** After a reboot an overlay is not mounted: makes the workspace usable again. Harmless when it is. */
  restore(workspace: string, method: CopyMethod): Promise<void>
  /** What the env changed since it was made. */
  diff(workspace: string, baseCommit: string, options?: { stat?: boolean }): Promise<WorkspaceDiff>
  /** Commits everything uncommitted in the workspace on its branch; returns the head commit. */
  commitAll(workspace: string, message: string): Promise<string>
  /** Brings the workspace's branch into `directory` as `branch`; touches neither HEAD, index nor files there. */
  pull(workspace: string, directory: string, branch: string): Promise<{ commit: string; commits: number }>
  /** Merges `branch` into what `directory` has checked out. Throws GIT_DIRTY, GIT_CONFLICT (leaving `directory` as it was). */
  merge(directory: string, branch: string, message: string): Promise<{ commit: string; fastForward: boolean }>
}
