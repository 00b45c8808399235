/** The time of day and the passing of it. */
export interface Clock {
  now(): Date
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

/** Where new identifiers come from. */
export interface Ids {
  /** `length` random characters of [a-z0-9], the first one a letter. */
  short(length: number): string
  /** 256 random bits as 43 characters of base64url. */
  secret(): string
}
