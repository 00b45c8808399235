import { request } from 'node:http'
import { socketPath } from '../../src/contract/home.ts'
import { routePath } from '../../src/contract/wire.ts'
import type { TestBerth } from './berth.ts'

/** An answer of the API, whole. */
export interface ApiAnswer {
  status: number
  headers: Record<string, unknown>
  /** Parsed where it is JSON, text otherwise. */
  body: unknown
}

interface CallOptions {
  token?: string
  headers?: Record<string, string>
  /** Sent as it is, in place of the input as JSON. */
  raw?: string
  method?: string
}

/** Calls a route over the home's socket with whatever input; nothing is checked on this side. */
export function callApi(
  { home }: TestBerth,
  name: string,
  input: unknown,
  options: CallOptions = {},
): Promise<ApiAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>()
  const headers = {
    'content-type': 'application/json',
    ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    ...options.headers,
  }
  const path = name.startsWith('/') ? name : routePath(name)
  const target = { socketPath: socketPath(home), path, method: options.method ?? 'POST', headers, agent: false }
  const outgoing = request(target, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('error', reject)
    answer.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: parsed(text) })
    })
  })
  outgoing.on('error', reject)
  outgoing.end(options.raw ?? JSON.stringify(input))
  return promise
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
