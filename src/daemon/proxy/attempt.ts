import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import { request as httpRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import { hasBody, requestHeaders } from './headers.ts'

/** What a service said: a reply, or (asked to) another protocol on the connection. */
export type Outcome =
  | { kind: 'reply'; reply: IncomingMessage }
  | { kind: 'upgrade'; reply: IncomingMessage; socket: Duplex; head: Buffer }

/** One address a request can go to. */
export interface Candidate {
  address: string
  port: number
}

/** Milliseconds a service gets to take a connection; how long it then thinks is its own affair. */
const CONNECT_MS = 5000
const MAX_HEADER_BYTES = 65_536
/** Asking these twice does what asking once does (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/**
 * Sends a request to the first candidate that takes a connection. A kept connection may have died since it was last
 * used, as when its container was made anew; so requests that can be asked twice go over kept ones and are asked once
 * more, and all others get a connection of their own. Rejects with the last candidate's fault, or when the signal aborts.
 */
export async function attempt(
  request: IncomingMessage,
  candidates: readonly Candidate[],
  options: { agent: Agent; upgrade: boolean; signal: AbortSignal },
): Promise<Outcome> {
  const repeatable = !options.upgrade && IDEMPOTENT.has(request.method ?? '') && !hasBody(request)
  let fault: unknown = new Error('it has no address')
  for (const candidate of candidates) {
    const first = await send(request, candidate, { ...options, agent: repeatable ? options.agent : false })
    if ('kind' in first) return first
    fault = first.fault
    if (first.stage === 'stale') {
      const second = await send(request, candidate, { ...options, agent: false })
      if ('kind' in second) return second
      fault = second.fault
      if (second.stage !== 'connect') break
    } else if (first.stage !== 'connect') break
  }
  throw fault
}

/** `connect`: nothing was sent yet. `stale`: a kept connection ended without a byte of reply. `sent`: anything else. */
interface Failure {
  stage: 'connect' | 'stale' | 'sent'
  fault: unknown
}

function send(
  request: IncomingMessage,
  { address, port }: Candidate,
  options: { agent: Agent | false; upgrade: boolean; signal: AbortSignal },
): Promise<Outcome | Failure> {
  return new Promise((resolve) => {
    const upstream = httpRequest({
      host: address,
      port,
      method: request.method,
      path: request.url,
      headers: requestHeaders(request, options),
      agent: options.agent,
      signal: options.signal,
      maxHeaderSize: MAX_HEADER_BYTES,
    })
    let connected = false
    whenConnected(upstream, () => {
      connected = true
      if (hasBody(request)) request.pipe(upstream)
    })
    if (!hasBody(request)) upstream.end()
    upstream.once('response', (reply) => resolve({ kind: 'reply', reply }))
    upstream.once('upgrade', (reply, socket, head) => resolve({ kind: 'upgrade', reply, socket, head }))
    upstream.on('error', (fault) => {
      const stage = connected ? 'sent' : 'connect'
      resolve({ stage: upstream.reusedSocket && !options.signal.aborted ? 'stale' : stage, fault })
    })
  })
}

function whenConnected(upstream: ClientRequest, ready: () => void): void {
  upstream.once('socket', (socket) => {
    if (!socket.connecting) {
      ready()
      return
    }
    const timer = setTimeout(() => upstream.destroy(new Error(`no connection within ${CONNECT_MS} ms`)), CONNECT_MS)
    socket.once('connect', ready)
    socket.once('connect', () => clearTimeout(timer))
    socket.once('close', () => clearTimeout(timer))
  })
}
