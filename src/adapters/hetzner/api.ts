import { AppError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports.ts'
import { type ApiFailure, failureOf, isPassing } from './failures.ts'

/** The Hetzner Cloud API as this adapter talks to it. */
export interface HetznerApi {
  /** Sends a request and returns the document it answers with; asked again later where that is what the API wants. */
  ask<T>(request: ApiRequest, signal: AbortSignal): Promise<T>
}

export interface ApiRequest {
  method: 'GET' | 'POST' | 'DELETE'
  /** Below the endpoint, `/servers`. */
  path: string
  query?: Record<string, string>
  body?: object
}

export interface ApiOptions {
  /** `https://api.hetzner.cloud/v1` */
  endpoint: string
  token: string
  clock: Clock
  /** Sends an HTTP request. */
  fetch?: typeof fetch
}

/** How long one request may take, ms. */
const requestTime = 30_000
/** How often a request that may be repeated is sent at most. */
const mostTries = 6
/** How long to wait for a rate limit to pass, ms: it is refilled by one request a second. */
const longestWait = 60_000

/** The API with its authentication, its rate limit and its errors. */
export function createHetznerApi(options: ApiOptions): HetznerApi {
  return {
    async ask<T>(request: ApiRequest, signal: AbortSignal) {
      for (let tries = 1; ; tries++) {
        const result = await tryOnce(options, request, signal)
        if ('document' in result) return result.document as T
        const pause = pauseBefore(tries, request, result, options.clock.now())
        if (pause === undefined) throw failureOf(result)
        await options.clock.wait(pause, signal)
      }
    },
  }
}

/** How long to wait before a request is sent again, ms; undefined: never. */
export function pauseBefore(tries: number, { method }: ApiRequest, failure: ApiFailure, now: Date): number | undefined {
  if (tries >= mostTries || !isPassing(failure, method)) return undefined
  const backoff = 1000 * 2 ** (tries - 1)
  if (failure.status !== 429 || failure.resetAt === undefined) return backoff
  // the time at which the limit is full again: a part of that is enough for one request
  const untilFull = failure.resetAt * 1000 - now.getTime()
  return Math.min(longestWait, Math.max(backoff, Math.min(untilFull, 1000 * 2 ** tries)))
}

async function tryOnce(
  { endpoint, token, fetch: send = fetch }: ApiOptions,
  { method, path, query, body }: ApiRequest,
  signal: AbortSignal,
): Promise<{ document: unknown } | ApiFailure> {
  const url = new URL(`${endpoint}${path}`)
  for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value)
  const own = AbortSignal.any([signal, AbortSignal.timeout(requestTime)])
  try {
    const answer = await send(url, {
      method,
      signal: own,
      // the token goes to this address alone
      redirect: 'error',
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (answer.ok) return { document: text === '' ? {} : (JSON.parse(text) as unknown) }
    return { ...errorIn(text), status: answer.status, resetAt: numberOf(answer.headers.get('ratelimit-reset')) }
  } catch (error) {
    signal.throwIfAborted()
    return { status: 0, code: 'network', message: messageOf(error) }
  }
}

function errorIn(text: string): Pick<ApiFailure, 'code' | 'message' | 'fields'> {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; details?: unknown } }
    const { fields } = (error.details ?? {}) as { fields?: { name: string; messages: string[] }[] }
    return {
      code: error.code,
      message: error.message,
      fields: fields?.map(({ name, messages }) => `${name}: ${messages.join(', ')}`),
    }
  } catch {
    return { code: 'unknown_error', message: 'it answered with something that is not of its API' }
  }
}

const numberOf = (text: string | null) => (text === null || Number.isNaN(Number(text)) ? undefined : Number(text))

/** fetch says `fetch failed`, and what failed as the cause. */
function messageOf(error: unknown): string {
  if (error instanceof AppError || !(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
