import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { operationHeader, routePath, tolerantHeader, versionHeader } from '../contract/wire.ts'
import { version } from '../lib/version.ts'
import type { OpenOptions } from './client.ts'

/** Sends one request over a Unix socket; resolves when the answer's headers are there. Rejects with Node's errno errors. */
export function post(socket: string, name: string, input: unknown, options?: OpenOptions): Promise<IncomingMessage> {
  // a server name of '' spares Node looking whether the host of a socket is an IPv6 address: 6 ms to compile the pattern
  return send({ socketPath: socket, servername: '' }, name, input, options)
}

/**
 * The same over a connection of its own. One kept from an earlier request may lead to a daemon that is just making way:
 * it would break again and again, where a new one finds whoever listens now.
 */
export function postAnew(
  socket: string,
  name: string,
  input: unknown,
  options?: OpenOptions,
): Promise<IncomingMessage> {
  return send({ socketPath: socket, servername: '', agent: false }, name, input, options)
}

/** Sends one request to wherever `target` says. Rejects with Node's errno errors. */
export function send(
  {
    headers: own,
    ...target
  }: Omit<RequestOptions, 'headers'> & { headers?: Record<string, string>; servername?: string },
  name: string,
  input: unknown,
  { signal, operation, tolerant, more }: OpenOptions = {},
): Promise<IncomingMessage> {
  const body = JSON.stringify(input)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = {
    ...own,
    'content-type': 'application/json',
    ...(more ? {} : { 'content-length': Buffer.byteLength(body) }),
    [versionHeader]: version,
    ...(tolerant ? { [tolerantHeader]: '1' } : {}),
    ...(operation === undefined ? {} : { [operationHeader]: operation }),
  }
  const outgoing = request({ ...target, path: routePath(name), method: 'POST', headers, signal }, resolve)
  outgoing.on('error', reject)
  if (more) void sendOn(outgoing, `${body}\n`, more)
  else outgoing.end(body)
  return promise
}

/** Sends piece by piece, no faster than it is taken, until there is no more or nobody to take it. */
async function sendOn(outgoing: ClientRequest, first: string, more: AsyncIterable<Uint8Array>): Promise<void> {
  outgoing.write(first)
  for await (const piece of more) {
    if (outgoing.destroyed) return
    if (outgoing.write(piece)) continue
    const { promise, resolve } = Promise.withResolvers<void>()
    for (const event of ['drain', 'close']) outgoing.once(event, () => resolve())
    await promise
  }
  outgoing.end()
}

/** The whole body of an answer, as text. */
export async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
