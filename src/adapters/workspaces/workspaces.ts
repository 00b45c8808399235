import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Host } from '../../core/ports/host.ts'
import type { Workspaces } from '../../core/ports/workspaces.ts'
import { createLimiter } from '../../lib/limiter.ts'
import { createBases } from './bases.ts'
import { createWorkspace } from './create.ts'
import { createGit } from './git.ts'
import { commitAll } from './git-commit.ts'
import { diffSince } from './git-diff.ts'
import { mergeBranch } from './git-merge.ts'
import { pullBranch } from './git-pull.ts'
import { findLeftovers, removeLeftover } from './leftovers.ts'
import { lookAtSource } from './look.ts'
import { createPackStore } from './packs.ts'
import { createRecords } from './records.ts'
import { claimWorkspace, removeWorkspace, restoreWorkspace } from './remove.ts'
import { createStarts } from './starts.ts'
import { takeWork } from './take-work.ts'
import type { WorkspaceTools } from './tools.ts'
import { namedCommits, packWork } from './work-pack.ts'

export interface WorkspacesOptions {
  host: Host
  /** Absolute; for what is kept beside the workspaces. Best on their file system. */
  stateDirectory: string
}

/** Workspaces on this machine, made by copying and git. */
export function createWorkspaces({ host, stateDirectory }: WorkspacesOptions): Workspaces {
  const git = createGit(host)
  const parts = {
    host,
    git,
    // one more than there are cores: it works while the next of another is started
    limit: createLimiter(availableParallelism() + 1),
    aside: createLimiter(availableParallelism()),
    packs: createPackStore(host, join(stateDirectory, 'packs')),
    bases: createBases(host, stateDirectory),
    records: createRecords(stateDirectory),
    temporary: async () => {
      const directory = join(stateDirectory, 'tmp')
      await mkdir(directory, { recursive: true, mode: 0o700 })
      return directory
    },
  }
  const tools: WorkspaceTools = { ...parts, starts: createStarts(parts) }
  return {
    look: (request) => lookAtSource(tools, request),
    create: (request) => createWorkspace(tools, request),
    claim: (workspace, method) => claimWorkspace(tools, workspace, method),
    remove: (workspace) => removeWorkspace(tools, workspace),
    restore: (workspace) => restoreWorkspace(tools, workspace),
    diff: (workspace, baseCommit, options) => diffSince(tools, workspace, baseCommit, options),
    commitAll: (workspace, message) => commitAll(git, workspace, message),
    pull: (workspace, directory, branch, baseCommit) => pullBranch(tools, { workspace, directory, branch, baseCommit }),
    packWork: (workspace, baseCommit, request) => packWork(tools, { workspace, baseCommit, ...request }),
    takeWork: (directory, work) => takeWork(tools, { directory, ...work }),
    haves: (directory) => namedCommits(git, directory),
    list: () => tools.records.list(),
    leftovers: (keep) => findLeftovers(tools, keep),
    removeLeftover: (leftover) => removeLeftover(tools, leftover),
    merge: (directory, branch, message) => mergeBranch(git, directory, branch, message),
  }
}
