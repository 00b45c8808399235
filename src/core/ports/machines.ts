import type { Host } from './host.ts'

/** Where a machine is, and what of the caller's surroundings ssh needs to get there. */
export interface MachineAddress {
  /** `[user@]host[:port]`, or an alias of the user's ssh config. */
  destination: string
  /** Path of the socket that everything to this machine shares. */
  control: string
  /** Socket of the caller's SSH agent. */
  agent?: string | undefined
}

/** A host key nobody has accepted yet. */
export interface HostKey {
  /** `SHA256:…` */
  fingerprint: string
  /** `ED25519` */
  type: string
}

/** The one connection to a machine. It may outlive this process, and be found again. */
export interface MachineConnection {
  /** Runs programs there. */
  host: Host
  isAlive: () => boolean
  /** Has a socket here lead to one there, in place of what led there before. */
  forward: (here: string, there: string) => Promise<void>
  unforward: (here: string, there: string) => Promise<void>
  /** Adds what is in a file here from `offset` on to the end of one there. Rejects when the connection breaks. */
  append: (file: string, offset: number, there: string, signal?: AbortSignal) => Promise<void>
  close: () => Promise<void>
}

/** The way to other machines. */
export interface MachineWays {
  /** Connects, and asks nothing. Throws MACHINE_UNREACHABLE, SSH_AUTH_FAILED, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, SSH_CONFIG_INVALID. */
  connect(address: MachineAddress): Promise<MachineConnection>
  /** The connection that stands already; undefined where there is none. */
  find(address: MachineAddress): Promise<MachineConnection | undefined>
  /** The key a machine shows, which is not looked up anywhere. Throws what connecting may, and HOST_KEY_UNKNOWN for one of a jump host. */
  hostKeys(address: MachineAddress): Promise<HostKey[]>
  /** Has the user's known_hosts hold the machine's key from now on. Throws HOST_KEY_CHANGED when it shows no key of this fingerprint. */
  acceptHostKey(address: MachineAddress, fingerprint: string): Promise<void>
  /** The name or address ssh connects to in the end, as the user's config says; that of the machine itself behind a jump host. */
  hostName(address: MachineAddress): Promise<string>
  /** The command that runs a program there on the caller's terminal, over the shared connection. */
  terminal(address: MachineAddress, command: RemoteTerminalCommand): string[]
}

/**
 * Lines to sockets of other machines that are open before anybody needs one. ssh opens its channel first: a call on a new
 * line costs two round trips, on a ready one it costs one.
 */
export interface ReadyLines {
  /** Whoever connects to the socket `here` gets a ready line to `there`. Safe to repeat: lines that broke are opened again. */
  offer(here: string, there: string): Promise<void>
  /** Harmless when there is none. */
  withdraw(here: string): void
}

/** A program for a terminal there. */
export interface RemoteTerminalCommand {
  argv: readonly string[]
  directory: string | null
  env: Readonly<Record<string, string>>
  /** A file there with more variables, as shell text; it is removed once read. */
  environmentFile?: string | undefined
  tty: boolean
}

/** Berth's own programs, packed for another machine. */
export interface Packages {
  /** The build this process is of. */
  program(): Promise<Package>
  /** The Node that runs it on such a machine. Throws NOT_SUPPORTED where there is none at hand. */
  runtime(platform: string, arch: string): Promise<Package>
}

/** A file to be sent, known by its content. */
export interface Package {
  /** What it is called there: a version or a digest. */
  id: string
  /** The packed file here. */
  file: string
  bytes: number
  /** SHA-256 of the packed file, hex. */
  sha256: string
}
