import type { Quota } from '../access/model.ts'
import type { ContainerEngine, Host, Ids, Workspaces } from '../ports.ts'
import type { ProjectDeps } from '../projects/deps.ts'
import type { Endings } from './endings.ts'
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
  /** How containers ended that run no more. */
  endings: () => Endings
  /** Ends all sessions of an env and forgets them; safe to repeat. */
  endSessions: (envId: string) => Promise<void>
  /** What holds for the envs of a token, and for all of them. */
  quotas: (by: string | undefined) => Promise<HeldQuota[]>
  /** Networks this machine already routes to, as CIDR. */
  routes: () => Promise<string[]>
}

/** A quota, and the envs it is for. */
export interface HeldQuota extends Quota {
  /** Who is held to it, in words. */
  whose: string
  /** The token whose envs count; undefined: all do. */
  by: string | undefined
}

export interface NetworkSettings {
  /** CIDR every env's block is taken from. */
  pool: string
  /** Domain of the names, without dots at the ends. */
  suffix: string
  /** Port of the proxy for `*.localhost`. */
  proxyPort: number
}
