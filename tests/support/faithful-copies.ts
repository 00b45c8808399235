import { expect } from 'vitest'
import { copyEverything } from '../../src/core/envs/copy-rules.ts'
import type { WorkspaceRequest } from '../../src/core/ports.ts'
import { type GitWorld, git } from './git-world.ts'
import { treeHash } from './tree-print.ts'

/** A small repository: a file, a project in a directory below, and what git ignores. */
export const smallRepository = {
  'a.txt': 'one\ntwo\nthree\n',
  'sub/compose.yaml': 'services: {}\n',
  '.gitignore': '.worktrees/\nout/\n',
}

/** `git status` that does not write the index. */
export const status = (directory: string) => git(directory, '--no-optional-locks', 'status', '--porcelain')

type Method = NonNullable<WorkspaceRequest['method']>

/** Makes workspaces of whatever world and source a test has just then. */
export function copiesOf(at: () => { world: GitWorld; source: string }, method: Method) {
  const create = async (directory = at().source, name = 'a', way = method) => {
    const { world } = at()
    const workspace = world.freePath(name)
    const source = { kind: 'directory' as const, directory }
    const request = { source, workspace, branch: `berth/${name}`, rules: copyEverything, method: way }
    return { workspace, ...(await world.workspaces.create(request)) }
  }
  /** A workspace that shows what the source shows, on a branch of its own, while the source is as it was to the byte. */
  const createFaithful = async (directory = at().source, watched = directory, way = method) => {
    const before = treeHash(watched)
    const made = await create(directory, 'a', way)
    expect(await status(made.workspace)).toBe(await status(directory))
    expect(await git(made.workspace, 'symbolic-ref', 'HEAD')).toBe('refs/heads/berth/a\n')
    expect(await git(made.workspace, 'fsck', '--connectivity-only', '--no-dangling')).toBe('')
    expect(treeHash(watched)).toBe(before)
    return made
  }
  return { create, createFaithful }
}
