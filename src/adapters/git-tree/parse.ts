import type { TreeFile } from '../../core/ports/ci.ts'

/** What differs between the index and the working tree. */
export interface TreeChanges {
  /** Files whose content or mode has to be looked at; paths relative to the repository. */
  changed: string[]
  deleted: string[]
  /** Submodules with changes of their own. */
  submodules: string[]
}

/** `git ls-files --stage -z`: `mode hash stage\tpath`. Of a file in conflict one entry is kept. */
export function parseIndex(text: string): TreeFile[] {
  const files: TreeFile[] = []
  let from = 0
  for (let end = text.indexOf('\0'); end >= 0; end = text.indexOf('\0', from)) {
    const tab = text.indexOf('\t', from)
    const path = text.slice(tab + 1, end)
    if (files.at(-1)?.path !== path)
      files.push({ path, mode: text.slice(from, from + 6), hash: text.slice(from + 7, tab - 2) })
    from = end + 1
  }
  return files
}

/** `git status --porcelain=v2 -z`: how the working tree differs from the index, and what is untracked. */
export function parseChanges(text: string): TreeChanges {
  const changes: TreeChanges = { changed: [], deleted: [], submodules: [] }
  const entries = text.split('\0')
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at] ?? ''
    const kind = entry[0]
    if (kind === '?') changes.changed.push(entry.slice(2))
    if (kind === '1' || kind === '2' || kind === 'u') noteTracked(changes, entry, kind)
    if (kind === '2') at++ // the path it was renamed from
  }
  return changes
}

/** Words before the path: `1 XY sub mH mI mW hH hI path`, one more for renames, two more for conflicts. */
const wordsBefore = { 1: 8, 2: 9, u: 10 } as const

function noteTracked(changes: TreeChanges, entry: string, kind: keyof typeof wordsBefore | '1' | '2'): void {
  let at = 0
  for (let word = 0; word < wordsBefore[kind]; word++) at = entry.indexOf(' ', at) + 1
  const path = entry.slice(at)
  const [tree, submodule] = [entry[3], entry[5]]
  if (submodule === 'S' && tree !== '.') changes.submodules.push(path)
  else if (kind !== 'u' && tree === 'D') changes.deleted.push(path)
  else if (tree !== '.') changes.changed.push(path)
}
