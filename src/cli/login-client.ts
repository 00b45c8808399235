import { type Client, createClient } from '../client/client.ts'
import { type LoginPlace, readLogin } from '../client/logins.ts'

/** The client of a machine reached by a token, or undefined where none of that name is. */
export async function openLogin(place: LoginPlace, machine: string, signal: AbortSignal): Promise<Client | undefined> {
  const login = await readLogin(place, machine)
  if (login === undefined) return undefined
  // loaded here: TLS is for those few who have a login
  const { tokenTransport } = await import('../client/token-transport.ts')
  return createClient(tokenTransport(machine, login), signal)
}
