/** Where a secret is kept; from the widest to the narrowest, which is also from the weakest to the strongest. */
export type VaultScope =
  | { kind: 'context' }
  | { kind: 'file'; path: string }
  | { kind: 'app'; name: string }
  | { kind: 'machine'; name: string }

/** From where a command looks at vaults. */
export interface VaultView {
  context: string
  /** Absolute path the caller stands in: the project's vault file is looked for from here upward. */
  directory: string
  /** The vault file meant, absolute; null: the project's, if it has one. */
  file: string | null
  app: string | null
  machine: string | null
  /** Private keys from the caller's environment; null: the user's own store. */
  identity: string | null
}

/** Somebody who can read a vault: a public key, and whose it is. */
export interface Recipient {
  /** `age1…` */
  key: string
  /** Empty where nobody said. */
  name: string
}

/** One value of a vault, as lists show it: never the value itself. */
export interface SecretView {
  key: string
  scope: VaultScope['kind']
  /** Absolute path of the file it is in. */
  file: string
  encrypted: boolean
}

/** A value, and where it comes from. */
export interface ResolvedSecret extends SecretView {
  value: string
}

/** The recipients of a vault file as they were when it was first used, or last trusted. */
export interface TrustRecord {
  /** Absolute path of the repository (or directory) the file is in. */
  repository: string
  /** Relative to it. */
  file: string
  /** Over the sorted recipients. */
  fingerprint: string
  recipients: string[]
  /** ISO 8601, UTC. */
  at: string
}

/** How a vault file stands with us. */
export type TrustState = 'own' | 'first-use' | 'trusted' | 'changed'

/** The private keys of the user, and where they lie. */
export interface Identity {
  keys: readonly string[]
  place: 'environment' | 'file' | 'keychain'
  /** Absolute path, where it is a file. */
  path: string | null
}

/** Something about a vault that should not be. */
export interface VaultFinding {
  severity: 'error' | 'warning'
  /** A key of the vault, or empty: the file itself. */
  key: string
  problem: string
  remedy: string
}

/** Name of a project's vault file. Not `.env…`: those are ignored by git nearly everywhere, and this one is to be committed. */
export const projectVault = 'berth.vault'
