import { join } from 'node:path'
import type { Git } from './git.ts'
import { everythingOwn } from './git-commit.ts'
import { splitNul } from './parse.ts'
import { withPrivateIndex } from './private-index.ts'
import type { WorkspaceTools } from './tools.ts'

/** A state of a workspace's files: its repository, and the place where they are with the index they had. */
export interface FilesAt {
  /** Absolute: the workspace, whose `.git` takes the objects. */
  workspace: string
  /** Absolute: the workspace itself, or a frozen copy of it. */
  files: string
  /** HEAD of the workspace is still the commit that is compared with. */
  fresh?: boolean
}

/**
 * The tree of everything git would add there, as an object in the workspace's repository; null where that is the tree of
 * `baseCommit`. 30 ms for 10,000 files of which few differ from the index. Nothing of the workspace changes.
 */
export async function treeOf(
  { git, temporary }: Pick<WorkspaceTools, 'git' | 'temporary'>,
  { workspace, files, fresh = false }: FilesAt,
  baseCommit: string,
): Promise<string | null> {
  const place = { GIT_DIR: join(workspace, '.git'), GIT_WORK_TREE: files }
  const at =
    (index: string): Git =>
    (directory, args, options) =>
      git(directory, args, { ...options, env: { ...place, GIT_INDEX_FILE: index } })
  const own = join(files, '.git/index')
  const found = await differences(at(own), files, fresh ? null : baseCommit)
  if (found === null) return null
  return withPrivateIndex({ temporary }, own, async (index) => {
    await add(at(index), files, found)
    return (await at(index)(files, ['write-tree'])).stdout.trim()
  })
}

/** What has to be done to an index to have everything in it. */
interface Differences {
  gone: string[]
  found: string[]
}

/** null where nothing differs from the index, and that not from a commit (null: HEAD). */
async function differences(git: Git, files: string, commit: string | null): Promise<Differences | null> {
  const how = ['--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=dirty']
  const [status, staged] = await Promise.all([
    git(files, ['status', ...how]),
    commit === null ? null : git(files, ['diff-index', '--cached', '--quiet', commit, '--'], { allow: [1] }),
  ])
  const { gone, found, others } = tellApart(splitNul(status.stdout))
  const inIndex = staged === null ? others : staged.exitCode !== 0
  return gone.length === 0 && found.length === 0 && !inIndex ? null : { gone, found }
}

/** Of lines `XY path`: what is gone, what else differs from the index, and whether the index differs from HEAD. */
function tellApart(lines: readonly string[]): Differences & { others: boolean } {
  const told: Differences & { others: boolean } = { gone: [], found: [], others: false }
  for (const line of lines) {
    const [index = '', file = '', path] = [line[0], line[1], line.slice(3)]
    const unmerged = index === 'U' || file === 'U' || line.startsWith('AA') || line.startsWith('DD')
    if (!' ?'.includes(index)) told.others = true
    if (file === 'D' && !unmerged) told.gone.push(path)
    // repositories inside are not the project's
    else if (file !== ' ' && !path.endsWith('/')) told.found.push(path)
  }
  return told
}

/** Cheaper than `git add --all`, which would look for them again. */
async function add(git: Git, files: string, { gone, found }: Differences): Promise<void> {
  if ([...gone, ...found].some((path) => path.includes('\uFFFD'))) {
    // names that are no text cannot be passed on
    await git(files, ['add', '--all', ...(await everythingOwn(git, files))])
    return
  }
  const update = (how: string[], paths: readonly string[]) => {
    const input = paths.map((path) => `${path}\0`).join('')
    return paths.length === 0 ? undefined : git(files, ['update-index', '-z', ...how, '--stdin'], { input })
  }
  // without looking, and first: where a link stands for a directory now, git refuses to look for what was in it
  await update(['--force-remove'], gone)
  await update(['--add', '--remove', '--replace'], found)
}
