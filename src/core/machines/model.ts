/** How the services of a machine are reached: over its SSH connection, or beside it. */
export type Tunnel = 'ssh' | 'wireguard' | 'tailscale'

/** Words that mean something else behind --on: no machine is called so. */
export const reservedMachineNames: readonly string[] = ['local', 'localhost', 'all', 'none', 'self']

/** A machine this one was told to be connected to. */
export interface MachineRecord {
  /** Which context it belongs to. */
  context: string
  name: string
  /** `[user@]host[:port]`, or an alias of the user's ssh config. */
  destination: string
  tunnel: Tunnel
  /** Identity of Berth's state there; absent in records of older versions. */
  id?: string | undefined
  /** Where its envs get their addresses, as it said when it was connected last; absent where it did not. */
  pool?: string | undefined
  /** Absolute path of Berth's state there. */
  home: string
  /** Absolute path of berthd's socket there. */
  socket: string
  /** ISO 8601, UTC. */
  connectedAt: string
  /** By which commands name several at once; a label without a value has the empty one. */
  labels?: Record<string, string>
}

/** How the connection to a machine stands. */
export type LinkState = 'connected' | 'connecting' | 'unreachable'

/** The link to a machine as every list shows it. */
export interface Link {
  state: LinkState
  /** Why it is not connected; null while it is. */
  problem: { code: string; message: string; hint: string } | null
  /** Version of berthd there, once known. */
  version: string | null
}

/** A program a machine should have. */
export interface Requirement {
  program: string
  /** What is there, or null. */
  version: string | null
  /** Whether Berth can do nothing there without it. */
  needed: boolean
  /** What to do about one that is missing; empty where it is there. */
  remedy: string
}

/** What a look at a machine showed. */
export interface MachineFacts {
  /** `linux`, `darwin`, as Node names them. */
  platform: string
  /** `x64`, `arm64`, as Node names them. */
  arch: string
  /** `Debian GNU/Linux 12 (bookworm)` */
  system: string
  hostname: string
  user: string
  /** Absolute path of Berth's state there. */
  home: string
  diskFreeBytes: number
  /** Whether the user there is root, or may become it without being asked for a password. */
  root: 'yes' | 'sudo' | 'no'
  requirements: Requirement[]
  /** What its clock said, ms since 1970; null where it did not say. */
  time: number | null
  /** Platforms whose images run there, its own first. */
  platforms: string[]
  /** Builds of Berth that lie there, by version. */
  versions: string[]
  /** Digests of the runtimes that lie there. */
  runtimes: string[]
}
