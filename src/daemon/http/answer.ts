import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../core/errors.ts'

/** What a body is made of, piece by piece. */
export type Pieces = AsyncIterable<Uint8Array | string>

/** The largest request there is, bytes: a prompt, or the variables of a shell. */
const largestBody = 16 * 1024 * 1024

/** The JSON document a request carries. Throws USAGE. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > largestBody) throw new AppError('USAGE', `the request is larger than ${largestBody} bytes`)
    chunks.push(chunk as Buffer)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch (cause) {
    throw new AppError('USAGE', 'the request is no JSON document', { cause })
  }
}

/** Answers with one JSON document. */
export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** Answers with pieces as they come, as fast as the caller reads them; the iteration is ended when the caller leaves. */
export async function answerPieces(response: ServerResponse, type: string, pieces: Pieces): Promise<void> {
  response.writeHead(200, { 'content-type': type })
  response.flushHeaders()
  for await (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece)) await roomIn(response)
  }
  response.end()
}

/** Resolves when the caller has read what was sent, or has left. */
function roomIn(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = () => {
    response.off('drain', done)
    response.off('close', done)
    resolve()
  }
  response.once('drain', done)
  response.once('close', done)
  return promise
}
