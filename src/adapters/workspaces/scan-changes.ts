import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports/host.ts'
import type { BytePath } from './bytes.ts'
import { bytesOf } from './bytes.ts'
import { listChanged, listDirectories } from './commands.ts'
import { plainEnvironment } from './environment.ts'
import { splitNul } from './parse.ts'

/** Something whose contents, name, mode or owner changed. */
export interface Change {
  path: BytePath
  /** As find's %y: `d` is a directory. */
  type: string
  inode: string
}

/**
 * What changed below a directory after a moment (ms since 1970), by the time of status change, which no program can
 * set back: 3 µs a file. null when it cannot be told (names that are no text).
 */
export async function scanChanges(
  host: Host,
  root: string,
  since: number,
  signal?: AbortSignal,
): Promise<Change[] | null> {
  const output = await find(host, listChanged(root, since), signal)
  return output.includes('\uFFFD') ? null : splitNul(output).map(parseChange)
}

/** Inode of every directory below `root`, by path: a directory that was replaced by another keeps its name only. */
export async function scanDirectories(host: Host, root: string, signal?: AbortSignal): Promise<string> {
  return find(host, listDirectories(root), signal)
}

export function parseDirectories(text: string): Map<BytePath, string> {
  return new Map(
    splitNul(text)
      .map(parseChange)
      .map(({ path, inode }) => [path, inode]),
  )
}

async function find(host: Host, argv: string[], signal?: AbortSignal): Promise<string> {
  const { exitCode, stdout, stderr } = await host.run(argv, { env: plainEnvironment(), signal })
  // 1: something vanished meanwhile or may not be read, as when it was copied
  if (exitCode === 0 || exitCode === 1) return stdout
  throw new AppError('WORKSPACE_FAILED', `the source could not be read: ${stderr.trim()}`)
}

/** `d 1234 path/to it` */
function parseChange(record: string): Change {
  const [type = '', inode = ''] = record.split(' ', 2)
  return { type, inode, path: bytesOf(record.slice(type.length + inode.length + 2)) }
}
