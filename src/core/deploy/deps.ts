import type { Bell } from '../../lib/bell.ts'
import type { NetworkSettings } from '../envs/deps.ts'
import type { EventLog } from '../events/event-log.ts'
import type { CertificateAuthority } from '../ports/acme.ts'
import type { IngressProgram } from '../ports/ingress.ts'
import type { ContainerEngine, Host, Ids } from '../ports.ts'
import type { ProjectDeps } from '../projects/deps.ts'
import type { IngressSetting } from '../settings/model.ts'
import type { VaultDeps } from '../vault/open-vault.ts'
import type { BundledTree } from './bundle.ts'
import type { CertificateRecord } from './certificates/model.ts'
import type { ImageArchives } from './send-images.ts'

/** Everything the use cases of deploys may ask for. */
export interface DeployDeps extends ProjectDeps {
  engine: ContainerEngine
  host: Host
  ids: Ids
  events: Pick<EventLog, 'tell'>
  homeId: string
  network: NetworkSettings
  /** Networks this machine already routes to, as CIDR. */
  routes: () => Promise<string[]>
  heavy: <T>(work: () => Promise<T>) => Promise<T>
  /** What takes the requests on this machine. */
  ingress: IngressProgram
  ingressSettings: IngressSettings
  /** Whether the kernel hands waiting connections of a closed listener to its sibling (Linux 5.14, tcp_migrate_req). */
  migratesConnections: boolean
  /** Rings when a proxy was replaced: the one before has still to be ended. */
  ingressChange: Bell
  /** What the ingress answers by itself, by path: what a CA has asked for just now. */
  answers: Map<string, string>
  /** Domains a certificate is being ordered for, with what was known of each before. */
  ordering: Map<string, CertificateRecord>
  /** Rings when apps come to answer to other domains. */
  domainsChange: Bell
  /** Who issues certificates; null: nobody. Loaded when it is needed. */
  authority: () => Promise<CertificateAuthority | null>
  /** Files of a project, for a bundle, and of a bundle, for its containers. */
  trees: Trees
  /** Keeps values on this machine so that only this home can read them. */
  sealer: Sealer
  /** Images on their way to another machine. */
  archives: ImageArchives
  vault: VaultDeps
  /** Whether an operation runs in this daemon now. */
  isUnderWay: (operation: string) => boolean
  /** Has an operation end; harmless where it has. */
  cancelOperation: (operation: string) => void
  /** Whether what an app's live version replaced is watched or being ended just now. */
  isRetiring: (app: string) => boolean
  /** Processor of this machine, as Node names it. */
  arch: string
  /** Free on the file system a path is on, bytes. */
  freeBytes: (path: string) => Promise<number>
  /** Asks a container's port, as the ingress would. */
  probe: Probe
  /** The body of an answer with status 200; null for any other, and where there is none. */
  readPage: (page: { address: string; port: number; path: string; host: string }) => Promise<string | null>
}

export interface IngressSettings {
  /** Image of the proxy. */
  image: string
  /** `127.0.0.1` keeps it to this machine. */
  address: string
  httpPort: number
  tls: IngressSetting['tls']
  /** So long a proxy goes on once another took over: for idle connections to be given up, and WebSockets. */
  drainSeconds: number
}

export interface Trees {
  /** Reads a file or directory below `directory`; undefined where there is none. Throws BUNDLE_TOO_LARGE. */
  read(directory: string, source: string): Promise<BundledTree | undefined>
  /** Writes a tree to a path, whole or not at all where there is none; one that was changed is mended. Harmless where it is. */
  write(path: string, tree: BundledTree): Promise<void>
}

export interface Sealer {
  seal(values: Record<string, string>): Promise<string>
  open(sealed: string): Promise<Record<string, string>>
}

/** One question to a port. Resolves to null when it is ready, else to what is wrong. */
export type Probe = (target: ProbeTarget) => Promise<string | null>

export interface ProbeTarget {
  /**
   * `http`: an answer below 400, or below 500 of `/`; `header`: an answer whose `header` (`berth-deployment`) is `expect`;
   * `text`: one that is `expect`; `tcp`: a connection.
   */
  kind: 'http' | 'tcp' | 'header' | 'text'
  address: string
  port: number
  path: string
  /** Host header. */
  host: string
  header?: string
  expect?: string
}
