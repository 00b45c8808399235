import type { SkippedFile } from '../../core/ports/workspaces.ts'

/** What a copying program complained of (in the C locale). */
export interface CopyComplaints {
  full: boolean
  skipped: SkippedFile[]
  /** Replaced while it was read; has to be copied again. */
  replaced: string[]
  /** Whatever else it said. */
  others: string[]
}

const noSpace = /No space left on device|Disk quota exceeded/
const unreadable =
  /(?:cannot open|cannot access|cannot read directory|opendir) ['"‘]?(.*?)['"’]?(?: for reading)?: Permission denied/
const vanished =
  /(?:cannot stat|cannot access|cannot open|link_stat) ['"‘]?(.*?)['"’]?(?: for reading)?: No such file or directory/
const replaced = /skipping file '(.*)', as it was replaced while being copied/
const device = /cannot create special file '(.*)': Operation not permitted/
/** The target cannot keep an ACL; the file itself was copied. */
const harmless = /^cp: preserving permissions for .*: Operation not supported$/

/** Whether a line of a copying program says that the disk (or the quota) is full. */
export const saysFull = (line: string): boolean => noSpace.test(line)

/** Reads what cp (or rsync) wrote to stderr. */
export function parseCopyComplaints(stderr: string): CopyComplaints {
  const complaints: CopyComplaints = { full: false, skipped: [], replaced: [], others: [] }
  for (const line of stderr.split('\n')) {
    if (line === '' || harmless.test(line)) continue
    const skipped = skippedBy(line)
    const again = replaced.exec(line)?.[1]
    if (saysFull(line)) complaints.full = true
    else if (skipped) complaints.skipped.push(skipped)
    else if (again !== undefined) complaints.replaced.push(again)
    else complaints.others.push(line)
  }
  return complaints
}

function skippedBy(line: string): SkippedFile | null {
  const reasons = { unreadable, vanished, device } as const
  for (const [reason, pattern] of Object.entries(reasons) as [keyof typeof reasons, RegExp][]) {
    const path = pattern.exec(line)?.[1]
    if (path !== undefined) return { path, reason }
  }
  return null
}

/** Fields that each end in a NUL. */
export function splitNul(text: string): string[] {
  return text.split('\0').slice(0, -1)
}

/** Mount points at `path` and below, from the text of /proc/self/mountinfo, the deepest last. */
export function mountsBelow(mountinfo: string, path: string): string[] {
  const points = mountinfo.split('\n').map((line) => unescapeMount(line.split(' ')[4] ?? ''))
  return points.filter((point) => point === path || point.startsWith(`${path}/`)).sort((a, b) => a.length - b.length)
}

/** The kernel writes blanks, tabs, line breaks and backslashes as three octal digits. */
function unescapeMount(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** Reads `git diff --numstat -z --no-renames`; null where lines cannot be counted (binary files). */
export function parseNumstat(output: string): { path: string; added: number | null; removed: number | null }[] {
  return splitNul(output).map((entry) => {
    const [added = '', removed = '', ...path] = entry.split('\t')
    const count = (digits: string) => (digits === '-' ? null : Number(digits))
    return { path: path.join('\t'), added: count(added), removed: count(removed) }
  })
}

/** Files in conflict, from `git merge-tree --write-tree --name-only --no-messages -z`: the tree's id comes first. */
export function parseMergeTree(output: string): string[] {
  return splitNul(output)
    .slice(1)
    .filter((path) => path !== '')
}
