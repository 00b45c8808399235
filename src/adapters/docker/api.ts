import type { IncomingMessage } from 'node:http'
import { Agent, request as httpRequest } from 'node:http'
import { request as httpsRequest, Agent as TlsAgent } from 'node:https'
import type { Endpoint } from './endpoint.ts'
import { describeEndpoint } from './endpoint.ts'
import { refusal, unreachable } from './failures.ts'

export type Query = Record<string, string | number | boolean | undefined>

/**
 * The engine's HTTP API (https://docs.docker.com/reference/api/engine/): a request takes about 2 ms where starting the
 * `docker` program takes 25. Failures: ENGINE_UNAVAILABLE, ENGINE_FAILED, DISK_FULL.
 */
export interface EngineApi {
  get<T>(path: string, query?: Query): Promise<T>
  bytes(path: string, query?: Query): Promise<Buffer>
  post(path: string, query?: Query, body?: unknown): Promise<void>
  remove(path: string, query?: Query): Promise<void>
  /** The body of what a POST sets going, until it ends or the signal aborts. */
  postStream(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage>
  /** The body of a response that goes on until the signal aborts. */
  stream(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage>
  /** Asks whether it takes new connections: one that stops goes on answering on those it has. */
  ping(): Promise<void>
}

/** An engine that says nothing for so long hangs; a container may take its time to stop. */
const patienceMs = { GET: 30_000, POST: 600_000, DELETE: 120_000 }

interface Call {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  query?: Query | undefined
  body?: unknown
  signal?: AbortSignal
  /** On a connection of its own. */
  fresh?: boolean
}

/** A client of the API at `endpoint`; connections are kept open between requests. */
export function createEngineApi(endpoint: Endpoint): EngineApi {
  const send = createSender(endpoint)
  const bytes = async (call: Call) => readBody(await send(call), endpoint)
  return {
    get: async <T>(path: string, query?: Query) =>
      JSON.parse((await bytes({ method: 'GET', path, query })).toString()) as T,
    bytes: (path, query) => bytes({ method: 'GET', path, query }),
    post: async (path, query, body) => void (await bytes({ method: 'POST', path, query, body })),
    remove: async (path, query) => void (await bytes({ method: 'DELETE', path, query })),
    stream: (path, query, signal) => send({ method: 'GET', path, query, signal }),
    ping: async () => void (await bytes({ method: 'GET', path: '/_ping', fresh: true })),
    postStream: (path, query, signal) => send({ method: 'POST', path, query, signal }),
  }
}

/** Sends one request and answers with the response once it is known to be a good one (its body not yet read). */
function createSender(endpoint: Endpoint): (call: Call) => Promise<IncomingMessage> {
  const isTls = endpoint.kind === 'tcp' && endpoint.tls !== undefined
  const agent = isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
  const target =
    endpoint.kind === 'unix'
      ? { socketPath: endpoint.socketPath, host: 'docker' }
      : { host: endpoint.host, port: endpoint.port, ...endpoint.tls }

  const once = (call: Call) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const body = call.body === undefined ? undefined : JSON.stringify(call.body)
      const headers = body === undefined ? {} : { 'content-type': 'application/json' }
      const { method, signal } = call
      const connection = { ...target, agent: call.fresh ? false : agent }
      const options = { ...connection, method, path: pathOf(call), headers, ...(signal && { signal }) }
      const outgoing = (isTls ? httpsRequest : httpRequest)(options)
      // a stream goes on until its signal, however quiet it is
      if (!signal)
        outgoing.setTimeout(patienceMs[method], () =>
          outgoing.destroy(new Error(`silent for ${patienceMs[method] / 1000} s`)),
        )
      outgoing.once('response', resolve)
      outgoing.once('error', (error) => reject(Object.assign(error, { reused: outgoing.reusedSocket })))
      outgoing.end(body)
    })

  return async (call) => {
    const response = await once(call)
      // an idle connection may have been closed by an engine that restarted meanwhile: ask once more on a new one
      .catch((error: Error & { reused?: boolean }) => (error.reused ? once(call) : Promise.reject(error)))
      .catch((error: Error) =>
        Promise.reject(call.signal?.aborted ? error : unreachable(describeEndpoint(endpoint), error)),
      )
    const status = response.statusCode ?? 0
    // a redirect is for a path that names nothing; 304 is what was so already
    if (status < 300 || status === 304) return response
    throw refusal(status, (await readBody(response, endpoint)).toString())
  }
}

async function readBody(response: IncomingMessage, endpoint: Endpoint): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer)
  } catch (error) {
    throw unreachable(describeEndpoint(endpoint), error as Error)
  }
  return Buffer.concat(chunks)
}

function pathOf({ path, query }: Call): string {
  const entries = Object.entries(query ?? {}).filter((entry) => entry[1] !== undefined)
  if (entries.length === 0) return path
  return `${path}?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString()}`
}
