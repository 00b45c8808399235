import { parseMergeTree, splitNul } from './parse.ts'
import { withPrivateIndex } from './private-index.ts'
import type { WorkspaceTools } from './tools.ts'
import type { Separation, TreeEntry } from './without-start.ts'

type Tools = Pick<WorkspaceTools, 'git' | 'temporary'>

/**
 * Merges files that were changed twice: takes what was uncommitted when the env was made out of what they are now. The
 * paths that could be, with their entries; none where git is older than 2.38.
 */
export async function mergeEntries(
  tools: Tools,
  workspace: string,
  both: Separation['both'],
): Promise<Map<string, TreeEntry>> {
  const { git } = tools
  const treeWith = (state: 'base' | 'start' | 'now') =>
    treeOfEntries(
      tools,
      workspace,
      both.map((states) => ({ path: states.path, ...states[state] })),
    )
  const start = await commitOf(tools, workspace, await treeWith('start'), null)
  const base = await commitOf(tools, workspace, await treeWith('base'), start)
  const now = await commitOf(tools, workspace, await treeWith('now'), start)

  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', base, now]
  const merged = await git(workspace, ['-c', 'merge.renames=false', ...args], { allow: [1, 128, 129] })
  const tree = splitNul(merged.stdout)[0]
  if ((merged.exitCode !== 0 && merged.exitCode !== 1) || tree === undefined) return new Map()
  const conflicts = new Set(parseMergeTree(merged.stdout))
  const listed = splitNul((await git(workspace, ['ls-tree', '-r', '-z', tree])).stdout).map(parseEntry)
  return new Map(listed.filter(([path]) => !conflicts.has(path)))
}

async function treeOfEntries(
  tools: Tools,
  workspace: string,
  entries: readonly ({ path: string } & TreeEntry)[],
): Promise<string> {
  const input = entries.map(({ path, mode, id }) => `${mode} ${id}\t${path}\0`).join('')
  return withPrivateIndex(tools, null, async (index) => {
    const env = { GIT_INDEX_FILE: index }
    await tools.git(workspace, ['update-index', '-z', '--index-info'], { env, input })
    return (await tools.git(workspace, ['write-tree'], { env })).stdout.trim()
  })
}

/** A commit that only tells git what to merge with what; the next collection of garbage takes it. */
async function commitOf({ git }: Tools, workspace: string, tree: string, parent: string | null): Promise<string> {
  const berth = 'Berth <berth@localhost> 0 +0000'
  const headers = [`tree ${tree}`, ...(parent === null ? [] : [`parent ${parent}`])]
  const input = [...headers, `author ${berth}`, `committer ${berth}`, '', 'merged\n'].join('\n')
  return (await git(workspace, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input })).stdout.trim()
}

/** `100644 blob 1f2e…<tab>path` */
function parseEntry(line: string): [string, TreeEntry] {
  const end = line.indexOf('\t')
  const [mode = '', , id = ''] = line.slice(0, end).split(' ')
  return [line.slice(end + 1), { mode, id }]
}
