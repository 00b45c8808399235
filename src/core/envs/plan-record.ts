import type { IsolationFinding, PlannedNetwork } from './model.ts'

/** A service as planned by the last `up`. */
export interface PlannedService {
  service: string
  /** Container ports (TCP), the one HTTP is expected on first. */
  ports: number[]
  /** Not started by `up` unless one of its profiles is active. */
  optional: boolean
}

/** How a shared instance is to be reached from an env. */
export interface SharedAttachment {
  service: string
  /** Names in the engine. */
  networks: string[]
  /** Names it has there beside the service's own. */
  aliases: string[]
}

/** What the containers of an env may use together at most; null: there is one without a limit. */
export interface Demand {
  cpus: number | null
  memoryBytes: number | null
}

/** What the last `up` planned and made; kept in the env's own directory, so that the next `up` can see that all stands. */
export interface UpRecord {
  /** Digest over everything the plan was made from; equal key, equal plan. */
  key: string
  /** Services it was asked for; empty: all. Records of older versions do not tell. */
  asked?: string[]
  services: PlannedService[]
  networks: PlannedNetwork[]
  findings: IsolationFinding[]
  /** Services of shared instances, and the networks of this env each is reachable in. */
  attachments: SharedAttachment[]
  /** Service that the env's own name leads to. */
  ingress: string | null
  /** Absent in records of older versions. */
  demand?: Demand
  /** Containers that stood at its end; empty when it failed. */
  made: MadeContainer[]
}

/** A container as `up` left it: healthy, or ended well. */
export interface MadeContainer {
  id: string
  /** What it was made from: the name, and what that meant then. */
  image: string
  imageId: string
  service: string
  /** A job: it had done its work. Any other that ends, be it with exit code 0, was stopped. */
  job: boolean
}

/** Services whose work was known to be done when `up` ended. */
export function wasJob(record: Pick<UpRecord, 'made'> | undefined, service: string): boolean {
  return record?.made.some((made) => made.service === service && made.job) ?? false
}

/** Services whose work was done when `up` ended. Before that, and where it failed, any that ended well counts as one. */
export function isJob(record: Pick<UpRecord, 'made'> | undefined, service: string): boolean {
  const own = (record?.made ?? []).filter((made) => made.service === service)
  return own.length === 0 || own.some(({ job }) => job)
}
