import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { ListenAddress } from '../../core/ports/names.ts'
import type { Listener, PacketHandler } from './transport.ts'

/** Takes questions from UDP. Throws what bind throws (EADDRINUSE, EACCES …); `onFault` hears of failed sends. */
export async function listenUdp(
  { address, port }: ListenAddress,
  handle: PacketHandler,
  onFault: (fault: unknown) => void,
): Promise<Listener> {
  const type = isIPv6(address) ? 'udp6' : 'udp4'
  // Senders are addresses, never names: skipping dns.lookup nearly doubles the answers a core gives.
  const lookup: LookupAddress = (host, _options, done) => done(null, host, type === 'udp6' ? 6 : 4)
  const socket = createSocket({ type, lookup, ipv6Only: type === 'udp6', recvBufferSize: 1 << 20 })
  let closed = false
  socket.once('close', () => {
    closed = true
  })
  socket.on('message', (packet, sender) => {
    handle(packet, 'udp', (response) => {
      if (!closed) socket.send(response, sender.port, sender.address)
    })
  })
  const listening = once(socket, 'listening') // before bind, which needs no time with this lookup
  socket.bind({ address, port, exclusive: true })
  await listening
  socket.on('error', onFault)
  return { port: socket.address().port, close: () => new Promise((resolve) => socket.close(() => resolve())) }
}

type LookupAddress = (
  host: string,
  options: unknown,
  done: (error: null, address: string, family: number) => void,
) => void
