import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import ipaddr from 'ipaddr.js'
import { toAppError } from '../core/errors.ts'
import type { WebhookSettings } from '../core/settings/model.ts'
import type { WebhookDeps } from '../core/webhooks/deps.ts'
import { receive } from '../core/webhooks/receive.ts'
import type { Headers } from '../core/webhooks/verify.ts'
import { createRateLimiter, type RateLimiter } from '../lib/rate-limiter.ts'
import { closeServer, listenAt } from './listen-at.ts'

/** Where providers reach this machine's webhooks. */
export interface HookServer {
  /** `address:port`. */
  address: string
  close(): Promise<void>
}

/** Largest body, bytes: a push of thousands of commits is smaller. */
const largest = 5_000_000
/** How long a sender may take for all of a request, ms. */
const patience = 10_000
const mostConnections = 64
/** Requests of one address: so many at once, and one more each second. */
const rate = { burst: 60, perSecond: 1 }
/** Refusals that are told as events: one of an address at once, and one more each minute. */
const tellRate = { burst: 1, perSecond: 1 / 60 }

type HookDeps = WebhookDeps & { log: (message: string) => void }

/** Listens where the owner said; null where that is not possible, which is logged. */
export async function openHookServer(deps: HookDeps, settings: WebhookSettings): Promise<HookServer | null> {
  const now = () => deps.clock.now().getTime()
  const limits = { requests: createRateLimiter(rate, now), tellings: createRateLimiter(tellRate, now) }
  const server = createServer(
    { connectionsCheckingInterval: 2000 },
    (request, response) => void answer(deps, settings, limits, request, response),
  )
  server.maxConnections = mostConnections
  server.headersTimeout = patience
  server.requestTimeout = patience
  server.keepAliveTimeout = 1000
  try {
    const address = await listenAt(server, settings.listen)
    deps.log(`webhooks are taken at ${address}`)
    return { address, close: () => closeServer(server) }
  } catch (error) {
    deps.log(`webhooks are not taken: ${toAppError(error).message}`)
    return null
  }
}

interface Limits {
  requests: RateLimiter
  tellings: RateLimiter
}

async function answer(
  deps: HookDeps,
  settings: WebhookSettings,
  limits: Limits,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => undefined)
  const from = request.socket.remoteAddress ?? ''
  const say = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end(`${JSON.stringify(body)}\n`)
  }
  const refuse = (status: number, error: string) => {
    if (limits.tellings.take(from)) tellRefused(deps, from, { status, error })
    say(status, { error })
  }
  const id = /^\/hooks\/([a-z0-9]{1,40})$/.exec(request.url ?? '')?.[1]
  if (!isAllowed(from, settings.allow)) return refuse(403, 'not from here')
  if (!limits.requests.take(from)) return say(429, { error: 'too many requests' })
  if (id === undefined) return say(404, { error: 'there is nothing here' })
  if (request.method !== 'POST') return say(405, { error: 'POST it' })
  try {
    const body = await readBody(request)
    if (body === undefined) return say(413, { error: `larger than ${largest} bytes` })
    const delivery = await receive(deps, id, { headers: request.headers as Headers, body })
    if (delivery === 'seen') return say(200, { result: 'seen before' })
    if (delivery.result === 'waiting') deps.wakeWebhooks(id)
    const { result, message } = delivery
    say(result === 'waiting' ? 202 : 200, { delivery: delivery.id, result, message })
  } catch (error) {
    const { code, message } = toAppError(error)
    if (code === 'WEBHOOK_FORGED') return refuse(401, 'not signed with the secret of this webhook')
    if (code === 'WEBHOOK_NOT_FOUND') return say(404, { error: 'there is nothing here' })
    if (code === 'USAGE') return say(400, { error: message })
    deps.log(`a webhook could not be taken: ${message}`)
    say(500, { error: 'it could not be taken' })
  }
}

/** Nobody waits for it: a failure is logged. */
function tellRefused({ events, log }: HookDeps, from: string, data: { status: number; error: string }): void {
  const told = events.tell({ type: 'webhook.refused', subject: from, data })
  told.catch((error: unknown) => log(toAppError(error).message))
}

/** Whether requests may come from an address; from everywhere where nothing is said. */
export function isAllowed(from: string, allow: readonly string[]): boolean {
  if (allow.length === 0) return true
  // a sender that has left already has no address any more
  if (!ipaddr.isValid(from)) return false
  const address = ipaddr.process(from)
  return allow.some((range) => {
    const [network, bits] = ipaddr.parseCIDR(range)
    return network.kind() === address.kind() && address.match([network, bits] as never)
  })
}

/** The body, or undefined for one that is too large: what follows is not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > largest) return undefined
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > largest) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
