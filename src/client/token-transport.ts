import { Agent, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import { version } from '../lib/version.ts'
import type { Transport } from './client.ts'
import { ClientError, interrupted } from './failure.ts'
import type { Login } from './logins.ts'
import { send } from './request.ts'

/** How long a machine may take to be there, ms. */
const patience = 10_000

/** A machine reached over TLS with a token. It is told the token only after it has shown the certificate it is known by. */
export function tokenTransport(machine: string, { address, fingerprint, token }: Login): Transport {
  const at = splitAddress(address)
  const agent = pinnedAgent(machine, at, fingerprint)
  const target = { agent, ...at, headers: { authorization: `Bearer ${token}` } }
  return {
    machine,
    byToken: true,
    async open(name, input, options) {
      try {
        return refuseOther(await send(target, name, input, options), machine)
      } catch (error) {
        if (options?.signal?.aborted) throw interrupted()
        throw error instanceof ClientError ? error : unreachable(machine, address, error)
      }
    },
  }
}

/** `host:port`, an IPv6 address in brackets. */
export function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replaceAll(/[[\]]/g, ''), port: Number(address.slice(colon + 1)) }
}

/** Connections that are known to end at the right machine before anything is said. Kept for the calls of one command. */
function pinnedAgent(machine: string, at: { host: string; port: number }, fingerprint: string): Agent {
  const agent = new Agent({ keepAlive: true })
  const create = (_: unknown, done: (error: Error | null, socket?: Duplex) => void) => {
    connectPinned(machine, at, fingerprint).then(
      (socket) => done(null, socket),
      (error: Error) => done(error),
    )
    return undefined
  }
  return Object.assign(agent, { createConnection: create })
}

function connectPinned(machine: string, at: { host: string; port: number }, fingerprint: string): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  // no authority vouches for it: its fingerprint does, compared below
  const socket = connect({ ...at, rejectUnauthorized: false, minVersion: 'TLSv1.3', timeout: patience })
  socket.once('error', reject)
  socket.once('timeout', () => socket.destroy(new Error(`no answer within ${patience / 1000} s`)))
  socket.once('secureConnect', () => {
    socket.setTimeout(0)
    const shown = digestOf(socket)
    if (shown === fingerprint) resolve(socket.off('error', reject))
    else socket.destroy(changed(machine, at, shown))
  })
  return promise
}

function digestOf(socket: TLSSocket): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  const raw = socket.getPeerX509Certificate()?.raw
  return raw === undefined ? '' : createHash('sha256').update(raw).digest('base64url')
}

function changed(machine: string, { host, port }: { host: string; port: number }, shown: string): ClientError {
  return new ClientError({
    code: 'CERTIFICATE_CHANGED',
    message: `${machine} (${host}:${port}) does not show the certificate it is known by; the token was not sent`,
    hint: 'somebody may be in between; if it was set up anew, ask its owner for a new token and log in again',
    details: { shown },
  })
}

/** A daemon of another version cannot be replaced from here. */
function refuseOther(answer: IncomingMessage, machine: string): IncomingMessage {
  if (answer.statusCode !== 426) return answer
  answer.resume()
  throw new ClientError({
    code: 'VERSION_MISMATCH',
    message: `${machine} does not understand this berth (${version})`,
    hint: 'use the version of Berth its owner runs, or ask for an upgrade there',
    details: {},
  })
}

function unreachable(machine: string, address: string, error: unknown): ClientError {
  return new ClientError({
    code: 'MACHINE_UNREACHABLE',
    message: `${machine} does not answer at ${address}: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'see that it runs, and that its owner serves the API there ([api] listen)',
    details: {},
  })
}
