import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import type { AccessStore, Clock, Ids } from '../ports.ts'
import { grantOf, refuseMoreThan } from './grants.ts'
import type { Caller, Grant, TokenRecord } from './model.ts'
import { formatToken } from './token-text.ts'

/** What the use cases of access may ask for. */
export interface AccessDeps {
  access: AccessStore
  clock: Pick<Clock, 'now'>
  ids: Ids
}

/** Whom a token is for and what it allows. */
export interface IssueRequest extends Omit<Grant, 'expiresAt'> {
  holder: string
  /** null: as long as its issuer. */
  expiresInSeconds: number | null
}

/** The longest a token lasts: what is to last longer is not to be a token. */
const longestSeconds = 10 * 365 * 86_400

/**
 * Issues a token: the only time its secret is told, for only a digest is kept. `fingerprint`: of the machine's
 * certificate, where it has one. Throws ACCESS_DENIED where it would allow more than its issuer may, USAGE.
 */
export async function issueToken(
  { access, clock, ids }: AccessDeps,
  issuer: Caller,
  { holder, expiresInSeconds, ...grant }: IssueRequest,
  fingerprint: string | null,
): Promise<{ token: string; record: TokenRecord }> {
  const now = clock.now()
  refuseUseless(grant, holder, expiresInSeconds)
  const own = grantOf(issuer)
  const wanted: Grant = { ...grant, expiresAt: endOf(now, expiresInSeconds) ?? own.expiresAt }
  refuseMoreThan(own, wanted)
  const secret = ids.secret()
  const record: TokenRecord = {
    ...wanted,
    id: ids.short(8),
    holder,
    digest: digestOf(secret),
    issuer: issuer.kind === 'owner' ? null : issuer.token.id,
    createdAt: now.toISOString(),
    lastUsedAt: null,
    revokedAt: null,
  }
  await access.addToken(record)
  return { token: formatToken({ id: record.id, secret, fingerprint }), record }
}

/** The secret has 256 random bits: nobody guesses it from a plain digest, and no slow one would make it safer. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

function refuseUseless(
  { projects, access, programs }: Omit<Grant, 'expiresAt'>,
  holder: string,
  seconds: number | null,
) {
  if (holder.trim() === '') throw new AppError('USAGE', 'a token needs a word for who holds it', { hint: '--for ci' })
  if (projects?.length === 0) throw new AppError('USAGE', 'a token for no project is of no use')
  if (programs && access === 'read')
    throw new AppError('USAGE', 'who may only read can run no programs', { hint: '--scope operate --programs' })
  if (seconds !== null && !(seconds > 0 && seconds <= longestSeconds))
    throw new AppError('USAGE', 'a token lasts between a second and ten years', { hint: '--expires 30d' })
}

const endOf = (now: Date, seconds: number | null) =>
  seconds === null ? null : new Date(now.getTime() + seconds * 1000).toISOString()
