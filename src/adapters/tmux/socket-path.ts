import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** Bytes a socket path may have: 104 on macOS and 108 on Linux, with the closing NUL. */
const longest = 103

/** Where a tmux server's socket lies: in its own directory, or, where that path is too long for a socket, in the temp directory. */
export function socketPath(directory: string, temporary: { directory: string; userId: number }): string {
  const wanted = join(directory, 'socket')
  if (Buffer.byteLength(wanted) <= longest) return wanted
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 12)
  return join(temporary.directory, `berth-${temporary.userId}-${digest}`, 'socket')
}
