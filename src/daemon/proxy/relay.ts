import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream'
import { rawPairs, replyHeaders } from './headers.ts'

/** Passes a reply on, as it comes. When it breaks off half way, so does what the client sees. */
export function relayReply(reply: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false // the service's own Date goes through
  const headers = replyHeaders(reply)
  response.writeHead(reply.statusCode ?? 502, reply.statusMessage ?? '', headers)
  if (mayPause(reply) && !headers.some(isBeyondAscii)) response.flushHeaders()
  reply.once('end', () => {
    if (reply.rawTrailers.length > 0) response.addTrailers(rawPairs(reply.rawTrailers))
  })
  pipeline(reply, response, () => {
    // Either end may go away at any time; pipeline has then closed the other, which tells it all there is to tell.
  })
}

/** Where the length is not known the first bytes may be long in coming (events): the head must not wait for them. */
function mayPause(reply: IncomingMessage): boolean {
  return reply.headers['content-length'] === undefined
}

/** flushHeaders writes UTF-8 where headers are Latin-1 (seen with Node 26.10), which would garble such a value. */
function isBeyondAscii(value: string): boolean {
  return /[^\x20-\x7e\t]/.test(value)
}

/** Joins client and service after both agreed to speak another protocol, until either closes. */
export function relayUpgrade(
  client: { socket: Duplex; head: Buffer },
  service: { reply: IncomingMessage; socket: Duplex; head: Buffer },
): void {
  const { statusCode, statusMessage, rawHeaders } = service.reply
  const lines = rawPairs(rawHeaders).map(([name, value]) => `${name}: ${value}`)
  client.socket.write(`${[`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines].join('\r\n')}\r\n\r\n`, 'latin1')
  client.socket.write(service.head)
  service.socket.write(client.head)
  const ends = [client.socket, service.socket] as const
  for (const [from, to] of [ends, [ends[1], ends[0]]] as const) {
    from.pipe(to)
    from.on('error', () => to.destroy()) // one end broke: the other learns it by its own connection closing
    from.on('close', () => to.destroy())
  }
}
