/** What flows through the *.localhost proxy: bodies, events, WebSockets, over connections that come and go. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { Agent, request } from 'node:http'
import { connect, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { ask, askRaw, portOf, proxyFor, service, zoneWith } from './services.ts'

const okService = () => service((_request, response) => response.end('ok'))
const proxyOf = async (server: Server) => proxyFor(zoneWith([{ service: 'web', port: portOf(server) }]))

describe('bodies', () => {
  test('large ones go through whole, both ways', async () => {
    const server = await service((request, response) => request.pipe(response))
    const { port } = await proxyOf(server)
    const sent = request({ host: '127.0.0.1', port, method: 'POST', headers: { Host: 'web.feat.localhost' } })
    const [there, back] = [createHash('sha256'), createHash('sha256')]
    const replied = once(sent, 'response') as Promise<[IncomingMessage]>
    const upload = (async () => {
      for (let piece = 0; piece < 200; piece++) {
        const bytes = Buffer.alloc(256 * 1024, piece)
        there.update(bytes)
        if (!sent.write(bytes)) await once(sent, 'drain')
      }
      sent.end()
    })()
    const [reply] = await replied
    for await (const chunk of reply as AsyncIterable<Buffer>) back.update(chunk)
    await upload
    expect(back.digest('hex')).toBe(there.digest('hex'))
  })

  test('events arrive one by one, each before the next is sent', async () => {
    let next = () => {}
    const server = await service((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      let id = 0
      next = () => void response.write(`data: ${id++}\n\n`)
      response.flushHeaders()
    })
    const { port } = await proxyOf(server)
    const sent = request({ host: '127.0.0.1', port, headers: { Host: 'web.feat.localhost' } }).end()
    const [reply] = (await once(sent, 'response')) as [IncomingMessage]
    expect(reply.headers['content-type']).toBe('text/event-stream')
    for (let id = 0; id < 3; id++) {
      next()
      expect(String((await once(reply, 'data'))[0])).toBe(`data: ${id}\n\n`)
    }
    sent.destroy()
  })

  test('a client that goes away ends the request at the service', async () => {
    const closed = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    const server = await service((request) => {
      request.socket.once('close', () => closed.resolve())
      reached.resolve()
    })
    const { port } = await proxyOf(server)
    const sent = request({ host: '127.0.0.1', port, headers: { Host: 'web.feat.localhost' } }).end()
    sent.on('error', () => {}) // our own hanging up
    await reached.promise
    sent.destroy()
    await closed.promise
  })

  test('a reply that breaks off is seen to break off', async () => {
    const server = await service((_request, response) => {
      response.writeHead(200, { 'Content-Length': 100 })
      response.write('half', () => response.destroy())
    })
    const { port } = await proxyOf(server)
    await expect(ask(port)).rejects.toThrow(/aborted|hang up/)
  })
})

describe('connections', () => {
  test('are kept to the service', async () => {
    const server = await okService()
    let connections = 0
    server.on('connection', () => connections++)
    const { port } = await proxyOf(server)
    for (let count = 0; count < 5; count++) await ask(port)
    expect(connections).toBe(1)
  })

  test('3000 requests while the service closes idle connections at its will: none fails', async () => {
    const handler = (request: IncomingMessage) => {
      if (Math.random() < 0.02) setImmediate(() => request.socket.destroy())
      return 'ok'
    }
    const start = (port: number) =>
      service((request, response) => response.end(handler(request)), { address: '127.0.0.2', port })
    const first = await start(0)
    const ports = { service: portOf(first) }
    const { port } = await proxyFor(zoneWith([{ service: 'web', port: ports.service, ipv4: ['127.0.0.2'] }]))
    const agent = new Agent({ keepAlive: true, maxSockets: 8 })
    const failures: string[] = []
    let left = 3000
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (left-- > 0) {
          const { status, body } = await ask(port, { agent })
          if (status !== 200) failures.push(body)
        }
      }),
    )
    agent.destroy()
    expect(failures).toEqual([])
  })

  test('a service started anew at its old address is met at once, by any method', async () => {
    const start = (name: string, port: number) =>
      service((_request, response) => response.end(name), { address: '127.0.0.2', port })
    const old = await start('old', 0)
    const at = portOf(old)
    const { port } = await proxyFor(zoneWith([{ service: 'web', port: at, ipv4: ['127.0.0.2'] }]))
    for (const method of ['GET', 'POST']) expect((await ask(port, { method })).body).toBe('old')
    old.closeAllConnections()
    await new Promise((resolve) => old.close(resolve))
    await start('new', at)
    for (const method of ['GET', 'POST']) expect((await ask(port, { method })).body).toBe('new')
  })

  test('a POST is never sent twice', async () => {
    let posts = 0
    const server = await service((request) => {
      posts++
      request.socket.destroy()
    })
    const { port } = await proxyOf(server)
    expect(await ask(port, { method: 'POST', body: 'x' })).toMatchObject({ status: 502 })
    expect(posts).toBe(1)
  })
})

describe('WebSocket', () => {
  /** A handshake and an echo of short text frames; all of RFC 6455 a test needs. */
  const echo = (server: Server) =>
    server.on('upgrade', (request, socket) => {
      const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
      const accept = createHash('sha1').update(key).digest('base64')
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
      socket.on('data', (frame: Buffer) => {
        if ((frame[0] ?? 0) === 0x88) return socket.end(Buffer.from([0x88, 0]))
        const length = (frame[1] ?? 0) & 127
        const text = frame.subarray(6, 6 + length).map((byte, index) => byte ^ (frame[2 + (index % 4)] ?? 0))
        return socket.write(Buffer.concat([Buffer.from([0x81, length]), text]))
      })
      socket.on('error', () => socket.destroy())
    })
  /** Node's own WebSocket asks the system for the address of *.localhost, which not every system knows: this sets the Host. */
  const named = async (port: number) => {
    const relay = createServer((client) => {
      client.once('data', (head) => {
        const socket = connect(port, '127.0.0.1')
        socket.write(String(head).replace(/^host: .*$/im, 'Host: web.feat.localhost'))
        client.pipe(socket).pipe(client)
      })
    })
    relay.listen(0, '127.0.0.1')
    await once(relay, 'listening')
    return relay
  }

  test('speaks through the proxy, both ways, and closes', async () => {
    const server = await okService()
    echo(server)
    const { port } = await proxyOf(server)
    const relay = await named(port)
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(relay)}/chat`)
    await once(socket, 'open')
    for (const text of ['hello', 'again']) {
      const heard = once(socket, 'message')
      socket.send(text)
      expect((await heard)[0].data).toBe(text)
    }
    const closed = once(socket, 'close')
    socket.close()
    await closed
    relay.close()
  })

  test('a service that declines is heard, and a dead one gives 502', async () => {
    const { proxy, port } = await proxyOf(await service((_request, response) => response.writeHead(403).end('no')))
    const handshake = 'GET / HTTP/1.1\r\nHost: web.feat.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    expect(await askRaw(port, handshake)).toMatch(/^HTTP\/1.1 403 [^]*no/)
    proxy.update(zoneWith([{ service: 'web', port: 1 }]))
    expect(await askRaw(port, handshake)).toMatch(/^HTTP\/1.1 502 [^]*did not answer on port 1/)
    expect(await askRaw(port, handshake.replace('web', 'nobody'))).toMatch(/^HTTP\/1.1 404 /)
  })

  test('an offer of HTTP/2 is passed over', async () => {
    const { port } = await proxyOf(await okService())
    const offer = `GET / HTTP/1.1\r\nHost: web.feat.localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n`
    expect(await askRaw(port, offer)).toMatch(/^HTTP\/1.1 200 /)
  })
})
