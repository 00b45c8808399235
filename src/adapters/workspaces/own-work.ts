import type { Git } from './git.ts'
import { withoutHooks } from './git.ts'
import { mergeEntries } from './merge-entries.ts'
import { withPrivateIndex } from './private-index.ts'
import type { WorkspaceTools } from './tools.ts'
import type { TreeChange, TreeEntry } from './without-start.ts'
import { parseTreeChanges, separate } from './without-start.ts'

/** Where the commits of an env's own work end, for whoever fetches them. */
export const resultsRef = 'refs/berth/results'

export interface OwnWork {
  commit: string
  /** Files in which the env's work cannot be told from what was uncommitted when it was made: both come along. */
  mixed: string[]
}

type Tools = Pick<WorkspaceTools, 'git' | 'starts' | 'temporary'>

/**
 * Puts the commits of a workspace without what was uncommitted in its source on a ref of their own. The workspace's own
 * commits stay as they are, and so do those that have nothing of it. The same commits give the same ones each time.
 */
export async function keepOwnWork(tools: Tools, workspace: string, baseCommit: string): Promise<OwnWork> {
  const { git } = tools
  const start = await tools.starts.of(workspace, baseCommit)
  const head = (await git(workspace, ['rev-parse', '--verify', 'HEAD^{commit}'])).stdout.trim()
  const base = await git(workspace, ['rev-parse', '--verify', '--quiet', `${baseCommit}^{commit}`], { allow: [1, 128] })
  // a repository without commits has nothing the env's work could be put on
  const whole = start === baseCommit || base.exitCode !== 0
  const own = whole ? { commit: head, mixed: [] } : await rewrite(tools, { workspace, base: baseCommit, start, head })
  await git(workspace, [...withoutHooks, 'update-ref', resultsRef, own.commit])
  return own
}

interface Points {
  workspace: string
  base: string
  start: string
  head: string
}

async function rewrite(tools: Tools, points: Points): Promise<OwnWork> {
  const { workspace, base, start, head } = points
  const uncommitted = await changesBetween(tools.git, workspace, base, start)
  const become = new Map<string, string>()
  let mixed: string[] = []
  for (const commit of await commitsSince(tools.git, points)) {
    const stripped = await stripTree(tools, points, uncommitted, commit.id)
    become.set(commit.id, await commitLike(tools.git, workspace, commit, stripped.tree, become))
    if (commit.id === head) mixed = stripped.mixed
  }
  return { commit: become.get(head) ?? head, mixed }
}

interface Commit {
  id: string
  parents: string[]
}

/** Commits made in the env, parents first: not those fetched from elsewhere or brought along. */
async function commitsSince(git: Git, { workspace, base, start, head }: Points): Promise<Commit[]> {
  const made = Number((await git(workspace, ['show', '--no-patch', '--format=%ct', start])).stdout)
  const range = [head, `^${base}`, '--not', '--remotes', '--tags', '--']
  const listed = await git(workspace, ['rev-list', '--topo-order', '--reverse', '--parents', '--timestamp', ...range])
  return listed.stdout
    .split('\n')
    .filter((line) => line !== '' && Number.parseInt(line, 10) >= made)
    .map((line) => line.split(' ').slice(1))
    .map(([id = '', ...parents]) => ({ id, parents }))
}

/** The tree of a commit with what was uncommitted taken out of it. */
async function stripTree(
  tools: Tools,
  { workspace, base }: Points,
  uncommitted: readonly TreeChange[],
  commit: string,
): Promise<{ tree: string; mixed: string[] }> {
  const { git } = tools
  const { restored, both, mixed } = separate(uncommitted, await changesBetween(git, workspace, base, commit))
  const merged = both.length === 0 ? new Map<string, TreeEntry>() : await mergeEntries(tools, workspace, both)
  mixed.push(...both.map(({ path }) => path).filter((path) => !merged.has(path)))
  const entries = [...restored, ...[...merged].map(([path, entry]) => ({ path, entry }))]
  if (entries.length === 0) return { tree: `${commit}^{tree}`, mixed: mixed.sort() }
  return { tree: await replaceEntries(tools, workspace, commit, entries), mixed: mixed.sort() }
}

async function replaceEntries(
  tools: Tools,
  workspace: string,
  commit: string,
  entries: readonly { path: string; entry: TreeEntry | null }[],
): Promise<string> {
  const gone = entries.filter(({ entry }) => entry === null).map(({ path }) => `0 ${'0'.repeat(40)}\t${path}\0`)
  const put = entries.map(({ path, entry }) => (entry === null ? '' : `${entry.mode} ${entry.id}\t${path}\0`))
  return withPrivateIndex(tools, null, async (index) => {
    const env = { GIT_INDEX_FILE: index }
    await tools.git(workspace, ['read-tree', commit], { env })
    // what makes room goes first: a directory may have taken the place of a file
    const input = [...gone, ...put].join('')
    await tools.git(workspace, ['update-index', '-z', '--replace', '--index-info'], { env, input })
    return (await tools.git(workspace, ['write-tree'], { env })).stdout.trim()
  })
}

/** The commit itself where nothing differs; its parent where nothing of it is left; else one like it. */
async function commitLike(
  git: Git,
  workspace: string,
  { id, parents }: Commit,
  stripped: string,
  become: ReadonlyMap<string, string>,
): Promise<string> {
  const treeOf = async (name: string) => (await git(workspace, ['rev-parse', '--verify', name])).stdout.trim()
  const tree = await treeOf(stripped)
  const onto = parents.map((parent) => become.get(parent) ?? parent)
  const unlike = tree !== (await treeOf(`${id}^{tree}`))
  if (!unlike && onto.every((parent, index) => parent === parents[index])) return id
  const [only, ...others] = onto
  if (unlike && only !== undefined && others.length === 0 && tree === (await treeOf(`${only}^{tree}`))) return only
  const text = (await git(workspace, ['cat-file', 'commit', id])).stdout
  const input = withTree(text, tree, onto)
  return (await git(workspace, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input })).stdout.trim()
}

/** Author, dates and message stay; a signature would not hold any more. */
export function withTree(text: string, tree: string, parents: readonly string[]): string {
  const end = text.indexOf('\n\n')
  // a line that begins with a blank goes on with the header before it
  const headers = text.slice(0, end).split(/\n(?! )/)
  const kept = headers.filter((header) => !/^(?:tree|parent|gpgsig|gpgsig-sha256|mergetag) /.test(header))
  return [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), ...kept].join('\n') + text.slice(end)
}

async function changesBetween(git: Git, workspace: string, one: string, other: string): Promise<TreeChange[]> {
  return parseTreeChanges((await git(workspace, ['diff-tree', '-r', '-z', '--no-renames', one, other])).stdout)
}
