import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../core/errors.ts'

/** What a body is made of, piece by piece. */
export type Pieces = AsyncIterable<Uint8Array | string>

/** The largest request there is, bytes: a prompt, or the variables of a shell. */
const largestBody = 16 * 1024 * 1024

/** How long a request may take to come, ms: the server itself waits for ever, since terminals do. */
const longestRequest = 300_000

/** The JSON document a request carries. Throws USAGE. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  return (await readDocument(request, { more: false })).value
}

/** A document, and what comes behind it. */
interface Document {
  value: unknown
  /** Ends where the caller has no more to say, and when it is gone. */
  rest: AsyncGenerator<Buffer>
}

/** The JSON document a request begins with; `more`: it is one line, and something follows. Throws USAGE. */
export async function readDocument(request: IncomingMessage, { more }: { more: boolean }): Promise<Document> {
  const late = setTimeout(() => request.destroy(), longestRequest).unref()
  try {
    const chunks = (request as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
    const { text, left } = await readText(chunks, more)
    return { value: parseDocument(text), rest: restOf(left, chunks) }
  } finally {
    clearTimeout(late)
  }
}

/** Everything, or everything before the first line end. */
async function readText(chunks: AsyncIterator<Buffer>, oneLine: boolean): Promise<{ text: string; left: Buffer }> {
  const read: Buffer[] = []
  let size = 0
  for (;;) {
    const { value: chunk, done } = await chunks.next()
    if (done) return { text: Buffer.concat(read).toString('utf8'), left: Buffer.alloc(0) }
    const end = oneLine ? chunk.indexOf('\n') : -1
    read.push(end === -1 ? chunk : chunk.subarray(0, end))
    size += chunk.length
    if (size > largestBody) throw new AppError('USAGE', `the request is larger than ${largestBody} bytes`)
    if (end !== -1) return { text: Buffer.concat(read).toString('utf8'), left: chunk.subarray(end + 1) }
  }
}

async function* restOf(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first
  try {
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  } catch {
    // the caller is gone: what it typed ends here
  }
}

function parseDocument(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('USAGE', 'the request is no JSON document', { cause })
  }
  if (text.includes('\\u0000') && holdsNul(value))
    throw new AppError('USAGE', 'the request holds a NUL character, which no name, path or argument may')
  return value
}

/** Whether a text in it ends early to whoever reads it in C: a program's argument, a path. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, one]) => key.includes('\0') || holdsNul(one))
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
