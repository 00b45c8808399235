import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

export { currentContextFile } from '../core/home/current-context.ts'

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

/** ssh makes a control socket under a name 17 characters longer first, and then renames it. */
const whileMade = 17

/** Where the sockets of another machine lie. */
export interface MachineSockets {
  /** Leads to its berthd: ssh's own, which stands also while no berthd runs here. */
  socket: string
  /** Leads there too, over a line that is open already; this machine's berthd holds it. */
  ready: string
  /** The one ssh itself shares. */
  control: string
}

/** Where the sockets of another machine lie. */
export function machineSockets(home: string, context: string, name: string): MachineSockets {
  const file = context === 'default' ? name : `${context}.${name}`
  const longest = Buffer.byteLength(join(home, 'machines', `${file}.ssh`)) + whileMade
  const directory = join(longest <= longestSocketPath ? home : runtimeDirectory(home), 'machines')
  const of = (kind: string) => join(directory, `${file}.${kind}`)
  return { socket: of('sock'), ready: of('ready'), control: of('ssh') }
}

/** Where the logins of a context are kept: a context owns its machines, and goes with what it owns. */
export const loginsDirectory = (home: string, context: string): string =>
  context === 'default' ? join(home, 'logins') : join(home, 'contexts', context, 'logins')

/** Directory for sockets of a home whose own path is too long for them. Not TMPDIR: all shells of a user must agree on it. */
export function runtimeDirectory(home: string): string {
  // loaded here, for the few that have such a path: 5 ms of every command otherwise
  const { createHash } = process.getBuiltinModule('node:crypto')
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 12)
  return join('/tmp', `berth-${userInfo().uid}-${digest}`)
}
