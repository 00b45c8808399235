import type { BytePath } from '../bytes.ts'
import { unquotePath } from '../quoted.ts'

/** What git says of a working tree. */
export interface WorkingTree {
  /** Tracked files that may differ from the commit, deleted ones too. */
  changed: BytePath[]
  untracked: BytePath[]
  /** Directories that are repositories of their own, tracked as submodules or not at all. */
  repositories: BytePath[]
  /** Whether anything is staged, and whether a merge waits for hands. */
  staged: boolean
  unmerged: boolean
}

/** Reads `git status --porcelain=v2 --no-renames --untracked-files=all` (core.quotePath on). */
export function parseStatus(output: string): WorkingTree {
  const found: WorkingTree = { changed: [], untracked: [], repositories: [], staged: false, unmerged: false }
  for (const line of lines(output)) {
    const kind = line[0]
    if (kind === '?') {
      const path = unquotePath(line.slice(2))
      if (path.endsWith('/')) found.repositories.push(path.slice(0, -1))
      else found.untracked.push(path)
    } else if (kind === '1' || kind === 'u') {
      // fields before the path: 8 of an ordinary entry, 10 of an unmerged one
      found.changed.push(unquotePath(afterFields(line, kind === '1' ? 8 : 10)))
      if (kind === 'u') found.unmerged = true
      else if (line[2] !== '.') found.staged = true
    }
  }
  return found
}

/** Reads `git ls-files --stage -v`: files git was told not to look at or not to check out, and submodules. */
export function parseTags(output: string): { unwatched: BytePath[]; skipped: BytePath[]; submodules: BytePath[] } {
  const unwatched: BytePath[] = []
  const skipped: BytePath[] = []
  const submodules: BytePath[] = []
  for (const line of lines(output)) {
    if (line.startsWith('H 1') && !line.startsWith('H 16')) continue
    const path = unquotePath(line.slice(line.indexOf('\t') + 1))
    if (line.startsWith('160000', 2)) submodules.push(path)
    else if (/^s/i.test(line)) skipped.push(path)
    else unwatched.push(path)
  }
  return { unwatched, skipped, submodules }
}

/** Paths, one a line. */
export const parsePaths = (output: string): BytePath[] => lines(output).map(unquotePath)

const lines = (output: string) => output.split('\n').filter((line) => line !== '')

function afterFields(line: string, fields: number): string {
  let at = 0
  for (let seen = 0; seen < fields; seen += 1) at = line.indexOf(' ', at) + 1
  return line.slice(at)
}
