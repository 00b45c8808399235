import type { IncomingMessage, Server } from 'node:http'
import { createServer, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { hasBody } from './headers.ts'

/** An HTTP request with its response and, where the client asked to leave HTTP, its bare connection. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  upgrade?: { socket: Duplex; head: Buffer }
}

/** HTTP servers that share one way of serving. */
export interface Servers {
  create: () => Server
  /** Ends all of them and every connection they have, upgraded ones too. */
  close: () => Promise<void>
}

/** Servers whose every exchange goes to `serve`. */
export function serversFor(serve: (exchange: Exchange) => void): Servers {
  const servers: Server[] = []
  const connections = new Set<Duplex>()
  return {
    create() {
      // Uploads may last as long as they like: every client is on this machine.
      const limits = { maxHeaderSize: 65_536, requestTimeout: 0 }
      const server = createServer({ ...limits, shouldUpgradeCallback: leavesHttp })
      server.on('request', (request, response) => serve({ request, response }))
      server.on('upgrade', (request, socket, head) => {
        socket.on('error', () => socket.destroy()) // the client went away; there is nobody to tell
        serve({ request, response: new ServerResponse(request), upgrade: { socket, head } })
      })
      server.on('connection', (socket) => {
        connections.add(socket)
        socket.once('close', () => connections.delete(socket))
      })
      servers.push(server)
      return server
    },
    async close() {
      const closed = servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))
      for (const connection of connections) connection.destroy()
      await Promise.all(closed)
    },
  }
}

/** The response; for a client that asked to leave HTTP but may not, tied to its connection, which ends with it. */
export function responseOf({ response, upgrade }: Exchange): ServerResponse {
  if (upgrade !== undefined && response.socket === null) {
    response.shouldKeepAlive = false
    response.assignSocket(upgrade.socket as never)
    response.once('finish', () => upgrade.socket.end())
  }
  return response
}

/** HTTP/2 without TLS is offered by clients that are glad to go on in HTTP/1.1. */
function leavesHttp(request: IncomingMessage): boolean {
  return !hasBody(request) && !/^h2c$/i.test(request.headers.upgrade ?? '')
}
