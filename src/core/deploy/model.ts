/** A compose project in production on this machine. */
export interface AppRecord {
  /** Random, never used twice: part of the compose project's name, which never changes. */
  id: string
  /** A DNS label, unique within its context on a machine. */
  name: string
  context: string
  /** Release that takes the traffic, or null before the first deploy. */
  live: string | null
  /** Who works on it now; past `expiresAt` anybody may take it over. */
  lease: Lease | null
  /** Host names it was given on this machine, beside those of its berth.toml; absent in rows of older versions. */
  domains?: string[]
  createdAt: string
}

/** The right to change an app, for as long as one deploy takes. */
export interface Lease {
  /** `user@host` of who deploys. */
  owner: string
  operation: string
  /** ISO 8601, UTC. */
  expiresAt: string
}

/** One immutable version of an app. Its bundle lies in a file; it holds no secret values. */
export interface ReleaseRecord {
  /** Content of the bundle as a digest, 12 hexadecimal digits. */
  id: string
  app: string
  /** Counted from 1 for each app and machine. */
  number: number
  /** `user@host` of who made it. */
  createdBy: string
  createdAt: string
}

/**
 * Where a deployment stands. `starting`: beside the live one, no traffic. `live`: takes the traffic. `failed`: never did,
 * or lost it again. `replaced`: another took over.
 */
export type DeploymentState = 'starting' | 'live' | 'failed' | 'replaced'

/** What a deployment is told of itself, beside its release. */
export interface DeploymentFacts {
  /** What whoever deploys calls this machine. */
  machine: string
  strategy: string
}

/** One release on this machine, once: a release deployed again is another deployment. */
export interface DeploymentRecord {
  id: string
  app: string
  release: string
  state: DeploymentState
  /** Compose project of the services that run once a deployment; null where none does. */
  composeProject: string | null
  /** Network key of the compose file → CIDR. */
  subnets: Record<string, string>
  /** Deployment that took the traffic before, to go back to. */
  previous: string | null
  startedBy: string
  /** What it is deployed as: values of `${BERTH_MACHINE}` and the like. Absent in records of older versions. */
  facts?: DeploymentFacts
  startedAt: string
  endedAt: string | null
  error: { code: string; message: string; stage?: string; hint?: string } | null
  /** When another took the traffic over. */
  replacedAt?: string
  /** How long it is watched once it takes the traffic, the one before kept to go back to, seconds. */
  watchSeconds?: number
  /** It gets a share of the requests before it gets them all. */
  canary?: CanaryShare | null
}

/** A deployment that is tried with some of the requests first. */
export interface CanaryShare {
  /** Percent. */
  share: number
  /** Whether the ingress sends it that share now. */
  open: boolean
  /** Host name that only this machine knows: the ingress counts requests for us there. */
  countsHost: string
}

/** How several machines follow each other. */
export const strategies = ['serial', 'rolling', 'canary', 'parallel'] as const

export type Strategy = (typeof strategies)[number]

/** What makes a canary come back. */
export interface CanarySettings {
  /** Percent of the requests it gets first, on its machine; null: all of them, and other machines wait. */
  share: number | null
  /** Percent of its requests that may fail (a status of 500 or more), as long as the version before fails less. */
  errors: number
}

/** How a new container is known to be ready where the compose file has no healthcheck. */
export interface HealthProbe {
  kind: 'http' | 'tcp' | 'command'
  /** Argument list, run in the container; null unless `kind` says so. Absent in releases of older versions. */
  command?: string[] | null
  /** Of HTTP. */
  path: string
  /** Container port; null: the first the service declares. */
  port: number | null
  timeoutSeconds: number
}

/** `[deploy]` of berth.toml, every default filled in. */
export interface DeploySettings {
  app: string | null
  /** Service that takes the requests; null: chosen as for an env. */
  ingress: string | null
  domains: string[]
  health: HealthProbe
  /** How long the old one goes on for requests it has begun, and to return to, seconds. */
  drainSeconds: number
  /** How long a version is watched once it has requests, and goes back when it dies, seconds. */
  bakeSeconds: number
  strategy: Strategy
  /** Machines at once, in rolling and parallel; null: one in rolling, all in parallel. */
  maxParallel: number | null
  canary: CanarySettings
  /** Releases that are kept. */
  retention: number
}

/** The class of a service in a deploy. */
export interface ServicePlan {
  service: string
  /** `beside`: the new one starts beside the old. `in-place`: the old one stops first. */
  mode: 'beside' | 'in-place'
  /** Why it cannot run twice; null for `beside`. */
  reason: string | null
}
