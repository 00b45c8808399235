/** What a caller may do: look, change envs, or administer the daemon. Each holds what stands before it. */
export const accessLevels = ['read', 'operate', 'admin'] as const

export type AccessLevel = (typeof accessLevels)[number]

/** What somebody may use of a machine at most; null: no limit. */
export interface Quota {
  envs: number | null
  cpus: number | null
  memoryBytes: number | null
  diskBytes: number | null
}

/** What a token lets its holder do. */
export interface Grant {
  access: AccessLevel
  /** Names of the projects it is for; null: all, those to come included. */
  projects: string[] | null
  /** Whether its holder may run programs as the machine's user: sessions, exec, raw commands. */
  programs: boolean
  quota: Quota
  /** ISO 8601, UTC; null: never. */
  expiresAt: string | null
}

/** A token as the database knows it: never the secret, only its digest. */
export interface TokenRecord extends Grant {
  /** Eight characters of [a-z0-9]; no secret. */
  id: string
  /** Who holds it, in the issuer's words. */
  holder: string
  /** SHA-256 of the secret, hex. */
  digest: string
  /** Id of the token it was issued with, or null for the owner's. It ends with that. */
  issuer: string | null
  createdAt: string
  lastUsedAt: string | null
  revokedAt: string | null
}

/** Who asks: the owner, who reached the socket by being this Unix user (here or over SSH), or the holder of a token. */
export type Caller = { kind: 'owner' } | { kind: 'token'; token: TokenRecord }

/** The owner, as a value. */
export const owner: Caller = { kind: 'owner' }

/** What the audit and what a caller has made are known by: `owner`, or the token's id. */
export const nameOf = (caller: Caller): string => (caller.kind === 'owner' ? 'owner' : caller.token.id)

/** One call, as the audit keeps it. */
export interface AuditEntry {
  /** ISO 8601, UTC. */
  at: string
  /** `owner`, a token's id, or `nobody` for one who was not let in. */
  who: string
  /** The token's holder; null for the others. */
  holder: string | null
  /** `socket`, or the address it came from. */
  from: string
  /** The route. */
  what: string
  /** `project/env`, project or other name it was about; null where it was about the machine. */
  subject: string | null
  /** `ok`, or the code of the failure; of a terminal also `begun`, when it was opened. */
  result: string
  ms: number
}
