import type { ContainerEngine, Host, Ids, Workspaces } from '../ports.ts'
import type { ProjectDeps } from '../projects/deps.ts'
import type { Observed } from './observed.ts'
import type { UpRecords } from './up-records.ts'

/** Everything the use cases of envs may ask for; each takes the slice it needs. */
export interface EnvDeps extends ProjectDeps {
  engine: ContainerEngine
  workspaces: Workspaces
  host: Host
  ids: Ids
  /** What programs run for the user find in their environment. */
  environment: Readonly<Record<string, string | undefined>>
  /** Lets only so many compose runs work at once: more only slow each other down. */
  heavy: <T>(work: () => Promise<T>) => Promise<T>
  /** Identity of this BERTH_HOME in a container engine shared with others. */
  homeId: string
  network: NetworkSettings
  upRecords: UpRecords
  /** Containers as the engine's events tell them. */
  observed: Observed
  /** Ends all sessions of an env and forgets them; safe to repeat. */
  endSessions: (envId: string) => Promise<void>
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
