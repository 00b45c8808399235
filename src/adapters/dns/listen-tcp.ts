import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import type { ListenAddress } from '../../core/ports/names.ts'
import type { Listener, PacketHandler } from './transport.ts'

const IDLE_MS = 10_000
const MOST_CONNECTIONS = 128
/** Bytes of answers a client may leave unread before it is asked nothing more. */
const MOST_UNREAD = 1 << 20

/** Takes questions from TCP: each with its length in two bytes before it, any number on one connection (RFC 7766). */
export async function listenTcp(
  { address, port }: ListenAddress,
  handle: PacketHandler,
  onFault: (fault: unknown) => void,
): Promise<Listener> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    serve(socket, handle)
  })
  server.maxConnections = MOST_CONNECTIONS
  server.listen({ host: address, port, exclusive: true })
  await once(server, 'listening')
  server.on('error', onFault)
  const bound = server.address()
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of open) socket.destroy()
    })
  return { port: typeof bound === 'object' && bound !== null ? bound.port : port, close }
}

function serve(socket: Socket, handle: PacketHandler): void {
  let pending: Buffer = Buffer.alloc(0)
  socket.setTimeout(IDLE_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy()) // the client went away; there is nobody to tell
  socket.on('drain', () => socket.resume())
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (pending.length >= 2) {
      const end = 2 + pending.readUInt16BE(0)
      if (pending.length < end) break
      handle(pending.subarray(2, end), 'tcp', (response) => send(socket, response))
      pending = pending.subarray(end)
    }
  })
}

function send(socket: Socket, response: Buffer): void {
  if (socket.destroyed) return
  const framed = Buffer.allocUnsafe(2 + response.length)
  framed.writeUInt16BE(response.length, 0)
  response.copy(framed, 2)
  socket.write(framed)
  if (socket.writableLength > MOST_UNREAD) socket.pause()
}
