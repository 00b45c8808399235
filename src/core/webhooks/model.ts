import type { Strategy } from '../deploy/model.ts'

/** Who sends the pushes. */
export const providers = ['github', 'gitlab', 'gitea'] as const
export type Provider = (typeof providers)[number]

/** What pushes to one branch of a repository lead to. */
export interface WebhookRecord {
  /** Part of the address that is given to the provider; random. */
  id: string
  context: string
  provider: Provider
  /** As the provider names it: `acme/shop`. */
  repository: string
  branch: string
  app: string
  /** Where it is deployed; empty: here. */
  machines: string[]
  /** null: what berth.toml says. */
  strategy: Strategy | null
  /** Where the code is fetched from: an address git knows, or an absolute path. Never taken from what is sent. */
  source: string
  /** Whether pull requests of the repository's own branches get an env each. */
  previews: boolean
  /** What the provider signs with, sealed. */
  secret: string
  createdAt: string
  /** What is still to be done, the newest of each kind; one that was cut off is in it too. */
  pending: Work[]
  /** Digests of what was taken, the newest last: nothing is taken twice. */
  seen: string[]
  /** The newest first. */
  deliveries: Delivery[]
}

/** Something a delivery asks for. */
export type Work =
  | { kind: 'deploy'; delivery: string; commit: string }
  | { kind: 'preview'; delivery: string; number: number; commit: string }
  | { kind: 'preview-end'; delivery: string; number: number }

/** What came, and what became of it. */
export interface Delivery {
  id: string
  /** ISO 8601, UTC. */
  at: string
  /** `push`, `pull request 7`, `ping`. */
  event: string
  commit: string | null
  result: 'waiting' | 'done' | 'failed' | 'ignored'
  /** Why, or what came of it; empty while it waits. */
  message: string
}

/** What a provider tells, as far as it matters here. */
export type Told =
  | { kind: 'ping' }
  | { kind: 'push'; repository: string; branch: string; commit: string }
  | { kind: 'pull'; repository: string; number: number; action: 'open' | 'close'; isOwn: boolean; commit: string }
  | { kind: 'other'; what: string }
