/** Real services for the proxy to lead to, and a client that speaks to it as a browser on this machine would. */
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, RequestOptions, Server } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import type { NamedEnv } from '../../../src/core/names/model.ts'
import { buildZone } from '../../../src/core/names/zone.ts'
import type { Proxy } from '../../../src/daemon/proxy/proxy.ts'
import { createProxy } from '../../../src/daemon/proxy/proxy.ts'

/** An HTTP server on an address of its own, gone when the test ends. */
export async function service(listener: RequestListener, at = { address: '127.0.0.1', port: 0 }): Promise<Server> {
  const server = createServer(listener)
  server.listen(at.port, at.address)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

export const portOf = (server: { address(): AddressInfo | string | null }) => (server.address() as AddressInfo).port

export const zoneWith = (
  services: { service: string; port?: number; ipv4?: string[]; ipv6?: string[] }[],
  more: Partial<NamedEnv> = {},
) =>
  buildZone(
    [
      {
        project: 'shop',
        env: 'feat',
        createdAt: '2026-01-01T00:00:00Z',
        ingress: 'web',
        extraNames: [],
        services: services.map(({ service, port, ipv4 = ['127.0.0.1'], ipv6 = [] }) => ({
          service,
          ipv4,
          ipv6,
          ports: port === undefined ? [] : [port],
        })),
        ...more,
      },
    ],
    { suffix: 'localhost' },
  )

/** A proxy for these services of env `feat`, and its port. */
export async function proxyFor(zone: ReturnType<typeof zoneWith>): Promise<{ proxy: Proxy; port: number }> {
  const faults: unknown[] = []
  const proxy = createProxy(zone, { onFault: (fault) => faults.push(fault) })
  onTestFinished(async () => {
    await proxy.close()
    if (faults.length > 0) throw new AggregateError(faults, 'the proxy reported faults')
  })
  return { proxy, port: (await proxy.listen(0)).port }
}

export interface Reply {
  status: number
  headers: IncomingMessage['headers']
  trailers: NodeJS.Dict<string>
  body: string
}

/** One request to the proxy, by default for `web.feat.localhost`. */
export async function ask(port: number, options: RequestOptions & { body?: string } = {}): Promise<Reply> {
  const headers = { Host: `web.feat.localhost:${port}`, ...(options.headers as Record<string, string>) }
  const sent = request({ host: '127.0.0.1', port, ...options, headers })
  sent.end(options.body)
  const [reply] = (await once(sent, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of reply as AsyncIterable<Buffer>) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString()
  return { status: reply.statusCode ?? 0, headers: reply.headers, trailers: reply.trailers, body }
}

/** Sends bytes as they are and gives back all that comes until the proxy closes. */
export async function askRaw(port: number, bytes: string): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1')
  socket.write(bytes, 'latin1')
  const chunks: Buffer[] = []
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}
