import { timingSafeEqual } from 'node:crypto'
import { AppError } from '../errors.ts'
import { type AccessDeps, digestOf } from './issue-token.ts'
import type { Caller, TokenRecord } from './model.ts'
import { parseToken } from './token-text.ts'

/** What nobody's secret has as its digest: an unknown id takes as long as a known one. */
const nobody = Buffer.alloc(32)

/** How old the note of a token's last use may get, ms: not every call writes to the disk. */
const noteEvery = 60_000

/**
 * Whom a token's text makes its bearer. Throws TOKEN_INVALID, in the same words for every reason: who tries tokens
 * learns nothing of which there are.
 */
export async function authenticate({ access, clock }: Omit<AccessDeps, 'ids'>, text: string): Promise<Caller> {
  const parts = parseToken(text)
  const token = parts && (await access.token(parts.id))
  const known = token === undefined ? nobody : Buffer.from(token.digest, 'hex')
  const same = timingSafeEqual(Buffer.from(digestOf(parts?.secret ?? ''), 'hex'), known)
  const now = clock.now()
  if (token === undefined || !same || !(await isAlive({ access }, token, now)))
    throw new AppError('TOKEN_INVALID', 'the token is not valid here, or not any more')
  if (token.lastUsedAt === null || now.getTime() - Date.parse(token.lastUsedAt) > noteEvery)
    await access.changeToken(token.id, { lastUsedAt: now.toISOString() })
  return { kind: 'token', token }
}

/** Whether a token, and every one it was issued with, is neither revoked nor past its end. */
export async function isAlive({ access }: Pick<AccessDeps, 'access'>, token: TokenRecord, now: Date): Promise<boolean> {
  if (token.revokedAt !== null || (token.expiresAt !== null && Date.parse(token.expiresAt) <= now.getTime()))
    return false
  if (token.issuer === null) return true
  const issuer = await access.token(token.issuer)
  return issuer !== undefined && isAlive({ access }, issuer, now)
}
