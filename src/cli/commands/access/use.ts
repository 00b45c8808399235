import { createClient } from '../../../client/client.ts'
import { askRunning } from '../../../client/local.ts'
import { isMachineName, type Login, type LoginPlace, readLogin, writeLogin } from '../../../client/logins.ts'
import { tokenTransport } from '../../../client/token-transport.ts'
import { berthHome } from '../../../contract/home.ts'
import type { Outcome } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { failure, usage } from '../../failure.ts'
import { grantText } from './grant-text.ts'

/** Where the API is served unless an address says otherwise. */
const usualPort = '7443'

/** Keeps a token the user was given, after the machine has accepted it. */
export async function useToken(
  context: BerthContext,
  of: string,
  url: string,
  given: string | undefined,
): Promise<Outcome> {
  const address = addressOf(url)
  const machine = given ?? hostLabel(address)
  if (!isMachineName(machine))
    throw failure('NAME_INVALID', `${machine} cannot be the name of a machine`, 'pass --name NAME')
  const place = { home: berthHome(context.env), context: of }
  await requireFree(place, machine, address)
  const login: Login = { address, ...tokenParts(await readToken(context)) }
  const client = createClient(tokenTransport(machine, login), context.signal)
  const { token } = await client.call('token.self', {})
  if (token === null) throw failure('INTERNAL', `${machine} takes the token for its owner`)
  await writeLogin(place, machine, login)
  const data = { machine, address, token }
  return { data, text: `${machine} is reached with --on ${machine}: ${grantText(token)}` }
}

/** A name means one machine, however it is reached. */
async function requireFree(place: LoginPlace, machine: string, address: string): Promise<void> {
  const before = await readLogin(place, machine)
  if (before && before.address !== address)
    throw failure('NAME_INVALID', `${machine} is the machine at ${before.address}`, 'pass another --name')
  const answer = await askRunning(place.home, 'machine.list', { context: place.context })
  const connected = answer?.machines.find(({ name }) => name === machine)
  if (connected)
    throw failure('NAME_INVALID', `${machine} is ${connected.destination}, connected over SSH`, 'pass another --name')
}

function addressOf(url: string): string {
  const [, host, port = usualPort, rest] = /^https:\/\/(\[[0-9a-f:]+\]|[^/:[\]]+)(?::(\d{1,5}))?(.*)$/.exec(url) ?? []
  if (host === undefined || !['', '/'].includes(rest ?? '')) throw usage(`${url} is no address`, 'https://host:port')
  return `${host}:${port}`
}

/** `big-box.example:7443` → `big-box`; an IP address has no label to go by. */
function hostLabel(address: string): string {
  const host = address.slice(0, address.lastIndexOf(':'))
  return /^[\d.[\]:a-f]+$/.test(host) && /[.:]/.test(host) ? '' : (host.split('.')[0] ?? '').toLowerCase()
}

/** The token with the fingerprint in it, which has to be there: without it anybody could be at that address. */
function tokenParts(text: string): Pick<Login, 'token' | 'fingerprint'> {
  const [, token, fingerprint] = /^(berth_[a-z0-9]{8}_[\w-]{43})\.([\w-]{43})$/.exec(text.trim()) ?? []
  if (token !== undefined && fingerprint !== undefined) return { token, fingerprint }
  const isBare = /^berth_[a-z0-9]{8}_[\w-]{43}$/.test(text.trim())
  throw usage(
    isBare ? 'the token does not name the certificate of a machine' : 'that is no token of Berth',
    isBare ? 'ask for one issued after [api] listen was set there' : 'it is one word that starts with berth_',
  )
}

async function readToken(context: BerthContext): Promise<string> {
  const given = context.env['BERTH_TOKEN']
  if (given !== undefined && given !== '') return given
  if (context.ui.interactive) {
    const prompts = await import('@clack/prompts')
    const answer = await prompts.password({ message: 'Token', output: context.process.stderr })
    if (typeof answer !== 'string') throw failure('INTERRUPTED', 'nothing was done', '')
    return answer
  }
  const chunks: Buffer[] = []
  for await (const chunk of context.process.stdin) chunks.push(Buffer.from(chunk as Buffer))
  const text = Buffer.concat(chunks).toString('utf8').trim()
  if (text === '') throw usage('no token was given', 'set BERTH_TOKEN, or write it to the standard input')
  return text
}
