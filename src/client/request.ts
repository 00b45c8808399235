import { type IncomingMessage, request } from 'node:http'
import { operationHeader, routePath, versionHeader } from '../contract/wire.ts'
import { version } from '../lib/version.ts'
import type { OpenOptions } from './client.ts'

/** Sends one request over a Unix socket; resolves when the answer's headers are there. Rejects with Node's errno errors. */
export function post(
  socket: string,
  name: string,
  input: unknown,
  { signal, operation }: OpenOptions = {},
): Promise<IncomingMessage> {
  const body = JSON.stringify(input)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    [versionHeader]: version,
    ...(operation === undefined ? {} : { [operationHeader]: operation }),
  }
  // a server name of '' spares Node looking whether the host of a socket is an IPv6 address: 6 ms to compile the pattern
  const target = { socketPath: socket, servername: '', path: routePath(name), method: 'POST', headers, signal }
  const outgoing = request(target, resolve)
  outgoing.on('error', reject)
  outgoing.end(body)
  return promise
}

/** The whole body of an answer, as text. */
export async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
