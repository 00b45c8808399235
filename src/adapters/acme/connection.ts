import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { Clock } from '../../core/ports.ts'
import { jwkOf, signed } from './jose.ts'
import { failed, type Problem, refused, retryAfterOf, wordOf } from './problems.ts'

/** What a CA answered. */
export interface Answer<T = unknown> {
  status: number
  headers: IncomingHttpHeaders
  body: T
}

/** Where a CA's resources are (RFC 8555, 7.1.1). */
export interface Directory {
  newNonce: string
  newAccount: string
  newOrder: string
}

/** Who signs: an account by its URL, or a key that has none yet. */
export interface Signer {
  key: string
  url: string | null
}

/** Signed requests to one CA. */
export interface AcmeConnection {
  directory(): Promise<Directory>
  /** `payload` null: reads the resource. Throws CERTIFICATE_FAILED. */
  post<T>(url: string, signer: Signer, payload: object | null): Promise<Answer<T>>
}

interface ConnectionOptions {
  /** URL of the directory. */
  directory: string
  /** The only root that is trusted, in PEM; null: those of the system. */
  ca: string | null
  /** What it is about, for messages. */
  domain: string
  clock: Pick<Clock, 'now'>
  signal: AbortSignal
}

/** How long a CA may think about one request, ms. */
const patience = 30_000
/** A nonce may have expired on the way: the same request is sent again with the one that came with the refusal. */
const nonceTries = 8
/** Larger answers are not from a CA. */
const mostBytes = 1_000_000

/** Opens nothing yet: each request makes a connection of its own. */
export function connectTo(options: ConnectionOptions): AcmeConnection {
  const nonces: string[] = []
  let known: Promise<Directory> | undefined
  const keep = ({ headers }: Answer) => {
    const nonce = headers['replay-nonce']
    if (typeof nonce === 'string') nonces.push(nonce)
  }
  const directory = () => (known ??= ask<Directory>(options, 'GET', options.directory).then(({ body }) => body))
  const nonce = async () => {
    if (nonces.length === 0) keep(await ask(options, 'HEAD', (await directory()).newNonce))
    return nonces.pop()
  }
  return {
    directory,
    async post<T>(url: string, { key, url: kid }: Signer, payload: object | null) {
      for (let tries = 1; ; tries++) {
        const who = kid === null ? { jwk: jwkOf(key) } : { kid }
        const answer = await ask<T>(options, 'POST', url, signed(key, { ...who, nonce: await nonce(), url }, payload))
        keep(answer)
        if (answer.status < 400) return answer
        const problem = answer.body as Problem
        if (wordOf(problem) === 'badNonce' && tries < nonceTries) continue
        throw refused(options.domain, problem, retryAfterOf(answer.headers['retry-after'], options.clock.now()))
      }
    },
  }
}

/** One request. Throws CERTIFICATE_FAILED where the CA cannot be asked at all. */
async function ask<T>(
  { ca, directory, signal }: ConnectionOptions,
  method: string,
  url: string,
  body?: string,
): Promise<Answer<T>> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer<T>>()
  const headers = { 'user-agent': 'berth', 'content-type': 'application/jose+json' }
  const outgoing = request(
    url,
    { method, headers, agent: false, timeout: patience, signal, ...(ca !== null && { ca }) },
    (incoming) => void read<T>(incoming).then(resolve, reject),
  )
  outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${patience / 1000} s`)))
  outgoing.on('error', reject)
  outgoing.end(body)
  try {
    return await promise
  } catch (error) {
    signal.throwIfAborted()
    const { message } = error as Error
    const fault = { type: 'unreachable', retryAfter: null, isFinal: false }
    throw failed(`the CA at ${directory} cannot be asked: ${message}`, fault, error)
  }
}

async function read<T>(incoming: IncomingMessage): Promise<Answer<T>> {
  let text = ''
  incoming.setEncoding('utf8')
  for await (const chunk of incoming) {
    text += chunk as string
    if (text.length > mostBytes) throw new Error('the answer is too large')
  }
  const { statusCode: status = 0, headers } = incoming
  const isJson = /json/.test(headers['content-type'] ?? '')
  try {
    return { status, headers, body: (isJson ? JSON.parse(text === '' ? '{}' : text) : text) as T }
  } catch {
    throw new Error(`status ${status}, and what should be JSON is not`)
  }
}
