import type { Ending } from './endings.ts'

/** Where an env's workspace comes from. */
export type EnvSource =
  | { kind: 'directory'; directory: string }
  | { kind: 'ref'; directory: string; ref: string }
  | { kind: 'empty' }

/** How the workspace was made; decides how it is removed again. */
export type CopyMethod = 'reflink' | 'copy' | 'overlay' | 'btrfs-snapshot' | 'empty'

/** What the database knows of an env: what should be. What is, is asked of the engine. */
export interface EnvRecord {
  /** Six characters of [a-z0-9], unique on this machine, never used again. */
  id: string
  /** Name of the project it is a copy of. */
  project: string
  /** Unique within the project; a DNS label. */
  name: string
  /** Compose project name: `<project>-<name>-<id>`, so it can never clash with another env or a user's own project. */
  composeProject: string
  source: EnvSource
  /** Absolute path of the env's own directory. */
  workspace: string
  /** Absolute path of the project in it: the workspace, or a directory below where the project lies deeper in its repository. */
  directory: string
  copyMethod: CopyMethod
  /** Git branch `berth/<name>`, or null where the source is no git repository. */
  branch: string | null
  /** Commit the branch started from, or null. */
  baseCommit: string | null
  /** Compose files given by --file, relative to the workspace; empty: found as Compose finds them. */
  composeFiles: string[]
  /** CIDR block of which every network of the env is a part. */
  subnet: string
  /** `creating` until its first operation has ended; `destroying` from the moment destroy was asked for. */
  phase: 'creating' | 'ready' | 'destroying'
  /** What the user last asked for. */
  desired: 'up' | 'down'
  /** Services that come from an instance shared with other envs. */
  shared: string[]
  /** The service this env is the shared instance of, or null for an ordinary env. */
  serves: string | null
  /** Since when no env has used this shared instance; null while one does, and for ordinary envs. ISO 8601, UTC. */
  idleSince: string | null
  /** Names that also resolve to this env's ingress (may start with `*.`). */
  extraNames: string[]
  /** Whose it is: the token's it was made with; absent for the owner's. */
  by?: string
  /** ISO 8601, UTC. */
  createdAt: string
}

/** A project known on this machine. */
export interface ProjectRecord {
  /** Unique on the machine; a DNS label. */
  name: string
  /** Absolute path of the directory the project lives in. */
  directory: string
  createdAt: string
}

/** A network of an env, as the engine will know it. */
export interface PlannedNetwork {
  /** Key in the compose file (`default` for the implicit one). */
  key: string
  /** Name in the engine. */
  name: string
  /** CIDR. */
  subnet: string
}

/** Something of a compose project that an env shares with the machine whatever Berth does. */
export interface IsolationFinding {
  kind:
    | 'host-network'
    | 'host-path'
    | 'docker-socket'
    | 'privileged'
    | 'host-namespace'
    | 'device'
    | 'network-driver'
    | 'shared-volume'
    | 'outside-container'
    | 'outside-resource'
    | 'fixed-address'
  /** Service (or volume/network key) it stands at. */
  subject: string
  /** What exactly: a path, a driver, a port. */
  value: string
  /** What it means for two envs side by side, in one sentence. */
  meaning: string
}

/** One service of an env, merged from the plan and what the engine says. */
export interface ServiceStatus {
  service: string
  /** Engine states, plus `missing` for planned but absent and `shared` for one served by a shared instance. */
  state: 'missing' | 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead' | 'shared'
  health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  exitCode: number | null
  /** Why it has ended, where that is known: its work is `done`, or it was `stopped` by hand. */
  ended: Ending | null
  containers: number
  /** IPv4 addresses, first replica first. */
  addresses: string[]
  /** Container ports (TCP), the one the proxy uses first. */
  ports: number[]
}

/** `up`: all services run (and are healthy where they say); `partial`: some; `broken`: it should be up and nothing runs. */
export type EnvState = 'creating' | 'down' | 'up' | 'partial' | 'broken' | 'destroying' | 'missing-workspace'
