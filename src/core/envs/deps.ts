import type { KeyedLock } from '../../lib/keyed-lock.ts'
import type { ProjectConfig } from '../config/model.ts'
import type { HomePaths } from '../home/paths.ts'
import type { Clock, ContainerEngine, Files, Host, Ids, Store, Workspaces } from '../ports.ts'
import type { Observed } from './observed.ts'
import type { UpRecords } from './up-records.ts'

/** Everything the use cases of envs may ask for; each takes the slice it needs. */
export interface EnvDeps {
  store: Store
  engine: ContainerEngine
  workspaces: Workspaces
  files: Files
  host: Host
  clock: Clock
  ids: Ids
  locks: KeyedLock
  /** Lets only so many compose runs work at once: more only slow each other down. */
  heavy: <T>(work: () => Promise<T>) => Promise<T>
  paths: HomePaths
  /** Identity of this BERTH_HOME in a container engine shared with others. */
  homeId: string
  network: NetworkSettings
  /** The project's settings (`berth.toml` and what it replaces), every default filled in. Throws CONFIG_INVALID. */
  loadConfig: (directory: string) => Promise<ProjectConfig>
  upRecords: UpRecords
  /** Containers as the engine's events tell them. */
  observed: Observed
  /** Networks this machine already routes to, as CIDR. */
  routes: () => Promise<string[]>
}

export interface NetworkSettings {
  /** CIDR every env's block is taken from. */
  pool: string
  /** Domain of the names, without dots at the ends. */
  suffix: string
  /** Port of the proxy for `*.localhost`. */
  proxyPort: number
}
