/** A file in a tree: mode and id of its contents. */
export interface TreeEntry {
  mode: string
  id: string
}

/** What happened to a path between two trees; null: it is not there. */
export interface TreeChange {
  path: string
  before: TreeEntry | null
  after: TreeEntry | null
}

/** Three states of a path: at the base commit, when the env was made, in a later commit of the env. */
export interface States {
  path: string
  base: TreeEntry | null
  start: TreeEntry | null
  now: TreeEntry | null
}

export interface Separation {
  /** Paths at which the later commit only has what was uncommitted: they get back the entry of the base commit. */
  restored: { path: string; entry: TreeEntry | null }[]
  /** Paths the env changed too, in files that were there before: to be merged. */
  both: (States & { base: TreeEntry; start: TreeEntry; now: TreeEntry })[]
  /** Paths where one cannot be told from the other: they stay as they are. */
  mixed: string[]
}

/**
 * Tells the env's work from what was uncommitted when it was made. `uncommitted`: what differs between base and start;
 * `later`: between base and a later commit.
 */
export function separate(uncommitted: readonly TreeChange[], later: readonly TreeChange[]): Separation {
  const changed = new Map(later.map((change) => [change.path, change.after]))
  const separation: Separation = { restored: [], both: [], mixed: [] }
  for (const { path, before: base, after: start } of uncommitted) {
    const now = changed.get(path)
    // as in the base commit: it never had the uncommitted work, or dropped it
    if (now === undefined) continue
    if (same(now, start)) separation.restored.push({ path, entry: base })
    else if (base && start && now && [base, start, now].every(isFile)) separation.both.push({ path, base, start, now })
    // removed by the env, or made again where it was gone
    else if (now !== null && start !== null) separation.mixed.push(path)
  }
  return separation
}

/** Reads `git diff-tree -r -z --no-renames`: `:mode mode id id status`, then the path. */
export function parseTreeChanges(output: string): TreeChange[] {
  const fields = output.split('\0').slice(0, -1)
  const changes: TreeChange[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [before = '', after = '', from = '', to = ''] = (fields[index] ?? '').slice(1).split(' ')
    changes.push({ path: fields[index + 1] ?? '', before: entryOf(before, from), after: entryOf(after, to) })
  }
  return changes
}

const entryOf = (mode: string, id: string): TreeEntry | null => (mode === '000000' ? null : { mode, id })
const same = (one: TreeEntry | null, other: TreeEntry | null) => one?.id === other?.id && one?.mode === other?.mode
const isFile = ({ mode }: TreeEntry) => mode.startsWith('100')
