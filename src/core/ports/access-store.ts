import type { AuditEntry, TokenRecord } from '../access/model.ts'

/** Tokens, and what was done with them and by the owner. Every method is one transaction. */
export interface AccessStore {
  /** The newest first. */
  tokens(): Promise<TokenRecord[]>
  token(id: string): Promise<TokenRecord | undefined>
  addToken(token: TokenRecord): Promise<void>
  /** Harmless when it is gone. */
  changeToken(id: string, change: Partial<Pick<TokenRecord, 'lastUsedAt' | 'revokedAt'>>): Promise<void>
  /** Adds entries; of each who only the newest are kept, so that nobody's calls push out another's. */
  audit(entries: readonly AuditEntry[]): Promise<void>
  /** The newest first. */
  audited(wanted: AuditQuery): Promise<AuditEntry[]>
}

/** Which part of the audit. */
export interface AuditQuery {
  limit: number
  /** Only of these; all when absent. */
  who?: readonly string[] | undefined
}

/** How many entries of one who are kept. */
export const auditKept = 5000
