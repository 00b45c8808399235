import type { ListenAddress } from '../ports/names.ts'

/** What stands at a path. Content is the bytes as Latin-1, so that what is put back is byte for byte what was there. */
export type FileState =
  | { kind: 'absent' }
  | { kind: 'file'; content: string; mode: number; uid: number; gid: number }
  | { kind: 'link'; target: string }
  | { kind: 'directory' }

/** One change to the machine, able to describe itself (resolver-describe.ts) and to be undone (resolver-undo.ts). */
export type ResolverStep =
  | { kind: 'file'; path: string; before: FileState; after: FileState }
  | { kind: 'run'; argv: string[]; undoArgv: string[]; purpose: string }

/** What matters of a running systemd-resolved. */
export interface ResolvedFacts {
  version: number
  /** Its stub, 127.0.0.53, is the name server of /etc/resolv.conf. */
  stub: boolean
  /** getaddrinfo asks it before anything else, by the name service switch. */
  inSwitch: boolean
  /** Its configuration names servers for all names, or wants TLS of all: a server for one suffix cannot be added. */
  ownServers: boolean
}

/** How the machine's programs look names up, as far as a plan needs to know. */
export interface ResolverFacts {
  /** `linux`, `darwin` … */
  platform: string
  /** A running systemd-resolved, else null. */
  resolved: ResolvedFacts | null
  /** NetworkManager runs, with dnsmasq as its resolver. */
  networkManagerDnsmasq: boolean
  /** The lowest port that needs no root. */
  unprivilegedPortStart: number
  /** What /etc/resolv.conf says, through its link if it is one; empty where there is none. Latin-1. */
  resolvConf: string
  /** Every path a plan may touch (`resolverPaths`). */
  files: Record<string, FileState>
}

/** What is wanted: names below `suffix` are asked of the name server at `server`. */
export interface ResolverWish {
  suffix: string
  server: ListenAddress
  /** User berthd runs as; only root may listen on port 53 without further ado. */
  daemonUid: number
  /** State directory of that berthd: of several on a machine, it is the one whose names the resolver knows. */
  home: string
}

export type ResolverMethod = 'systemd-resolved' | 'macos' | 'networkmanager' | 'resolv-conf'

/** Where the name server must listen so that the machine's programs reach it. */
export interface ResolverService {
  listen: ListenAddress
  /** File that lists the name servers all other names go to; null where others see to those. */
  forwardFrom: string | null
}

/** A way to bring the names to the machine's programs. No steps: it is so already. */
export interface ResolverPlan {
  method: ResolverMethod
  wish: ResolverWish
  service: ResolverService
  /** An earlier set-up that is taken back first. */
  undo: ResolverStep[]
  steps: ResolverStep[]
  warnings: string[]
}

/** What was done, kept on the machine so that it can be undone by anyone with root. */
export interface ResolverRecord {
  version: 1
  method: ResolverMethod
  wish: ResolverWish
  service: ResolverService
  steps: ResolverStep[]
}
