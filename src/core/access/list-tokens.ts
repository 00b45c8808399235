import { isAlive } from './authenticate.ts'
import type { AccessDeps } from './issue-token.ts'
import type { Caller, TokenRecord } from './model.ts'

/** A token as lists show it. */
export interface TokenView extends Omit<TokenRecord, 'digest'> {
  state: 'valid' | 'expired' | 'revoked'
}

/** The tokens a caller may know of, the newest first: the owner all, others those issued with theirs. */
export async function listTokens(deps: Omit<AccessDeps, 'ids'>, caller: Caller): Promise<TokenView[]> {
  const tokens = await deps.access.tokens()
  const shown = caller.kind === 'owner' ? tokens : issuedBy(caller.token, tokens)
  return Promise.all(shown.map((token) => viewToken(deps, token)))
}

/** A token without what nobody is shown, and whether it still holds. */
export async function viewToken(deps: Omit<AccessDeps, 'ids'>, token: TokenRecord): Promise<TokenView> {
  const { digest: _, ...shown } = token
  const now = deps.clock.now()
  if (await isAlive(deps, token, now)) return { ...shown, state: 'valid' }
  return { ...shown, state: isExpired(token, now) ? 'expired' : 'revoked' }
}

const isExpired = ({ revokedAt, expiresAt }: TokenRecord, now: Date) =>
  revokedAt === null && expiresAt !== null && Date.parse(expiresAt) <= now.getTime()

/** Every token that was issued with this one, or with one of those. */
export function issuedBy({ id }: TokenRecord, all: readonly TokenRecord[]): TokenRecord[] {
  const own = all.filter(({ issuer }) => issuer === id)
  return own.flatMap((token) => [token, ...issuedBy(token, all)])
}
