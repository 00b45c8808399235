import { type LoginPlace, loginNames, readLogin } from '../../../client/logins.ts'
import { berthHome } from '../../../contract/home.ts'
import type { BerthContext } from '../../context.ts'
import { byLogin, patience, silentBy } from '../../other-machines.ts'
import { grantText } from '../access/grant-text.ts'

/** A machine reached by a token, as the list of machines shows it. */
export interface LoginRow {
  name: string
  /** `host:port`. */
  address: string
  state: 'connected' | 'unreachable'
  problem: { message: string; hint: string } | null
  version: string | null
  latencyMs: number | null
  /** What the token allows, in words. */
  allows: string | null
}

/** Asks all machines there is a login for at once; one that does not answer in time says so. */
export async function loginRows(context: BerthContext, of: string): Promise<LoginRow[]> {
  const place = { home: berthHome(context.env), context: of }
  const rows = (await loginNames(place)).map(async (name) => {
    const login = await readLogin(place, name)
    return login && askOne(context, place, name, login.address)
  })
  return (await Promise.all(rows)).filter((row) => row !== undefined)
}

async function askOne(context: BerthContext, place: LoginPlace, name: string, address: string): Promise<LoginRow> {
  const limit = AbortSignal.any([context.signal, AbortSignal.timeout(patience)])
  try {
    // the first call opens the connection, the second one is a round trip
    const client = await byLogin(place, name).open(limit)
    await client.call('token.self', {})
    const startedAt = performance.now()
    const { version, token } = await client.call('token.self', {})
    const latencyMs = performance.now() - startedAt
    const allows = token === null ? null : grantText(token)
    return { name, address, state: 'connected', problem: null, version, latencyMs, allows }
  } catch (error) {
    const { message, hint } = silentBy(name, error)
    const problem = { message, hint }
    return { name, address, state: 'unreachable', problem, version: null, latencyMs: null, allows: null }
  }
}
