import type { IncomingMessage } from 'node:http'

/** Meant for one connection only, never passed on (RFC 9110, 7.6.1); Expect is answered here. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']

/** A request the proxy would frame otherwise than the service might read it; the reason, or undefined for a sound one. */
export function requestFault(request: IncomingMessage): string | undefined {
  const hosts = rawPairs(request.rawHeaders).filter(([name]) => name.toLowerCase() === 'host').length
  if (hosts !== 1) return 'a request needs exactly one Host header'
  if (!request.url?.startsWith('/') && request.url !== '*') return 'the request target must be a path'
  const coding = request.headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return 'the only transfer coding known is chunked'
  return undefined
}

/** True when bytes may follow the head of the request. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length']
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** Head of the request as the service gets it: the client's own, name for name, under its own Host. */
export function requestHeaders(request: IncomingMessage, options: { upgrade: boolean }): string[] {
  const headers = endToEnd(request, FORWARDED)
  const client = request.socket.remoteAddress ?? ''
  const before = request.headers['x-forwarded-for']
  headers.push('X-Forwarded-For', before === undefined ? client : `${String(before)}, ${client}`)
  headers.push('X-Forwarded-Host', request.headers.host ?? '', 'X-Forwarded-Proto', 'http')
  if (options.upgrade) headers.push('Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? '')
  // Without it node sends the body of a GET unframed, and the service would read it as the next request.
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked')
  return headers
}

/** Head of the reply as the client gets it. */
export function replyHeaders(reply: IncomingMessage): string[] {
  return endToEnd(reply, [])
}

/** Names and values in turn, without what concerns the one connection they came on. */
function endToEnd(message: IncomingMessage, without: readonly string[]): string[] {
  const named = (message.headers.connection ?? '').toLowerCase().split(',')
  const dropped = new Set([...named.map((name) => name.trim()), ...without])
  return rawPairs(message.rawHeaders)
    .filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !dropped.has(name.toLowerCase()))
    .flat()
}

/** Node gives raw headers as one list: name, value, name, value … */
export function rawPairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []))
}
