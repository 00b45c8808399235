import { join } from 'node:path'
import type { CopyMethod } from '../../core/envs/model.ts'
import { createSharedWork } from '../../lib/shared-work.ts'
import { dropFrozen, freeze, linkBase, withFrozen } from './frozen.ts'
import { withoutHooks } from './git.ts'
import { exists } from './if-any.ts'
import { treeOf } from './start-tree.ts'
import type { WorkspaceTools } from './tools.ts'

/** Names the start in a workspace's repository. Without it the start is the commit the workspace was made at. */
export const startRef = 'refs/berth/start'

/** What workspaces began with: the commit of their source, and what was uncommitted there. */
export interface Starts {
  /**
   * Notes the state a new workspace is in. At once where its files were copied one by one; elsewhere it is only frozen,
   * in a time that does not depend on their number, until someone asks. `pristine`: it is as its base is.
   */
  note(workspace: string, baseCommit: string, made: { method: CopyMethod; pristine: boolean }): Promise<void>
  /** The commit (or tree) a workspace began with: `baseCommit`, or one above it that has the uncommitted work too. */
  of(workspace: string, baseCommit: string): Promise<string>
}

type Tools = Pick<WorkspaceTools, 'git' | 'host' | 'records' | 'temporary'>

export function createStarts(tools: Tools): Starts {
  const once = createSharedWork<void>()
  return {
    async note(workspace, baseCommit, { method, pristine }) {
      if (await isMerging(workspace)) return
      if (pristine) return linkBase(tools, workspace)
      if (await freeze(tools, workspace, method)) return
      await keep(
        tools,
        workspace,
        baseCommit,
        await treeOf(tools, { workspace, files: workspace, fresh: true }, baseCommit),
      )
    },
    async of(workspace, baseCommit) {
      await once(workspace, () => thaw(tools, workspace, baseCommit))
      const { git } = tools
      const found = await git(workspace, ['rev-parse', '--verify', '--quiet', `${startRef}^{commit}`], { allow: [1] })
      return found.exitCode === 0 ? found.stdout.trim() : baseCommit
    },
  }
}

/** What the source was merging is no work of either alone: all of it stays with the workspace, which has no start then. */
export const isMerging = (workspace: string): Promise<boolean> => exists(join(workspace, '.git/MERGE_HEAD'))

/** Makes the start of a frozen state, which then can go. */
async function thaw(tools: Tools, workspace: string, baseCommit: string): Promise<void> {
  const work = (files: string) => treeOf(tools, { workspace, files }, baseCommit).then((tree) => ({ tree }))
  const found = await withFrozen(tools, workspace, work)
  if (found === null) return
  await keep(tools, workspace, baseCommit, found.tree)
  await dropFrozen(tools, workspace)
}

/** A commit of its own only where something was uncommitted. */
async function keep(
  { git, records }: Tools,
  workspace: string,
  baseCommit: string,
  tree: string | null,
): Promise<void> {
  if (tree === null) return
  const base = await git(workspace, ['rev-parse', '--verify', '--quiet', `${baseCommit}^{commit}`], { allow: [1, 128] })
  const parent = base.exitCode === 0 ? ['-p', baseCommit] : []
  const args = ['commit-tree', '--no-gpg-sign', ...parent, '-m', 'Uncommitted when the env was made', tree]
  // dated as the workspace is, however much later it is asked for: what was committed since is the env's
  const time = Math.floor(((await records.time(workspace)) ?? new Date(0)).getTime() / 1000)
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'Berth'],
      [`GIT_${who}_EMAIL`, 'berth@localhost'],
      [`GIT_${who}_DATE`, `@${time} +0000`],
    ]),
  )
  const commit = (await git(workspace, args, { env })).stdout.trim()
  await git(workspace, [...withoutHooks, 'update-ref', startRef, commit])
}
