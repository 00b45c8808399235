import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

/** The state directory: BERTH_HOME, else `~/.berth`. */
export function berthHome(env: Record<string, string | undefined>): string {
  return env['BERTH_HOME'] ? resolve(env['BERTH_HOME']) : join(homedir(), '.berth')
}

/** Longest socket path every Unix takes is 103 bytes (macOS); sun_path holds 104 there, 108 on Linux. */
const longestSocketPath = 103

/**
 * Where this home's daemon listens: in the home itself, or, where that path would be too long for a Unix socket, in a
 * directory of the user's own named after the home.
 */
export function socketPath(home: string): string {
  const inside = join(home, 'berthd.sock')
  return Buffer.byteLength(inside) <= longestSocketPath ? inside : join(runtimeDirectory(home), 'berthd.sock')
}

/** Directory for sockets of a home whose own path is too long for them. Not TMPDIR: all shells of a user must agree on it. */
export function runtimeDirectory(home: string): string {
  // loaded here, for the few that have such a path: 5 ms of every command otherwise
  const { createHash } = process.getBuiltinModule('node:crypto')
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 12)
  return join('/tmp', `berth-${userInfo().uid}-${digest}`)
}
