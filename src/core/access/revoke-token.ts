import { AppError } from '../errors.ts'
import type { AccessDeps } from './issue-token.ts'
import { issuedBy } from './list-tokens.ts'
import type { Caller, TokenRecord } from './model.ts'

/**
 * Ends a token, and with it those issued with it. Everybody may end the own one; the owner any; an admin's token those
 * issued with it. Harmless when it has ended. Throws TOKEN_NOT_FOUND.
 */
export async function revokeToken(
  { access, clock }: Omit<AccessDeps, 'ids'>,
  caller: Caller,
  id: string | undefined,
): Promise<TokenRecord> {
  const wanted = id ?? (caller.kind === 'token' ? caller.token.id : undefined)
  if (wanted === undefined)
    throw new AppError('USAGE', 'the owner has no token to give back', {
      hint: 'name one: berth logout MACHINE --token ID',
    })
  const tokens = await access.tokens()
  const token = tokens.find((one) => one.id === wanted && isWithin(caller, one, tokens))
  if (token === undefined) throw new AppError('TOKEN_NOT_FOUND', `no token has the id ${wanted}`)
  if (token.revokedAt !== null) return token
  const change = { revokedAt: clock.now().toISOString() }
  await access.changeToken(token.id, change)
  return { ...token, ...change }
}

function isWithin(caller: Caller, token: TokenRecord, all: readonly TokenRecord[]): boolean {
  if (caller.kind === 'owner' || caller.token.id === token.id) return true
  return caller.token.access === 'admin' && issuedBy(caller.token, all).includes(token)
}
