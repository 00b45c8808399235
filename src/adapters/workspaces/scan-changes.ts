import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import type { BytePath } from './bytes.ts'
import { bytesOf } from './bytes.ts'
import { listChanged, listDirectories } from './commands.ts'
import { plainEnvironment } from './environment.ts'
import { splitNul } from './parse.ts'
import type { ScanPlan } from './plan-scan.ts'
import { wholeTree } from './plan-scan.ts'

/** Something whose contents, name, mode or owner changed. */
export interface Change {
  path: BytePath
  /** As find's %y: `d` is a directory. */
  type: string
  inode: string
}

export interface ScanJob {
  /** Absolute. */
  root: string
  /** ms since 1970. */
  since: number
  plan?: ScanPlan | undefined
}

/**
 * What changed below a directory after a moment, by the time of status change, which no program can set back: 3 µs a
 * file, of each core. null when it cannot be told (names that are no text).
 */
export async function scanChanges(
  host: Host,
  { root, since, plan = wholeTree }: ScanJob,
  signal?: AbortSignal,
): Promise<Change[] | null> {
  const shallow = plan.opened.length === 0 ? [] : [listChanged(plan.opened, since, { depth: 1 })]
  const runs = [...shallow, ...plan.parts.map((part) => listChanged(part, since))]
  const output = (await Promise.all(runs.map((argv) => find(host, root, argv, signal)))).join('')
  if (output.includes('\uFFFD')) return null
  // what is in an opened directory may be told twice
  return [
    ...new Map(
      splitNul(output)
        .map(parseChange)
        .map((change) => [change.path, change]),
    ).values(),
  ]
}

/** Inode of every directory below `root`, by path: a directory that was replaced by another keeps its name only. */
export async function scanDirectories(host: Host, root: string, signal?: AbortSignal): Promise<string> {
  return find(host, root, listDirectories(), signal)
}

export function parseDirectories(text: string): Map<BytePath, string> {
  return new Map(
    splitNul(text)
      .map(parseChange)
      .map(({ path, inode }) => [path, inode]),
  )
}

async function find(host: Host, root: string, argv: string[], signal?: AbortSignal): Promise<string> {
  const { exitCode, stdout, stderr } = await host.run(argv, { cwd: root, env: plainEnvironment(), signal })
  // 1: something vanished meanwhile or may not be read, as when it was copied
  if (exitCode === 0 || exitCode === 1) return stdout
  throw new AppError('WORKSPACE_FAILED', `the source could not be read: ${stderr.trim()}`)
}

/** `d 1234 ./path/to it` */
function parseChange(record: string): Change {
  const [type = '', inode = ''] = record.split(' ', 2)
  return { type, inode, path: bytesOf(record.slice(type.length + inode.length + 4)) }
}
