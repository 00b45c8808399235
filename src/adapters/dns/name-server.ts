import { BlockList, isIP } from 'node:net'
import { AppError } from '../../core/errors.ts'
import type { Zone } from '../../core/names/zone.ts'
import type { ListenAddress, NameServer } from '../../core/ports/names.ts'
import { createAnswering } from './answering.ts'
import { createForwarder } from './forward.ts'
import { listenTcp } from './listen-tcp.ts'
import { listenUdp } from './listen-udp.ts'
import { serverFailure } from './respond.ts'
import type { Listener, PacketHandler } from './transport.ts'

/** A name server of our own. `onFault` hears of what fails while it runs; it goes on answering. */
export function createNameServer(zone: Zone, deps: { onFault: (fault: unknown) => void }): NameServer {
  let current = zone
  const listeners: Listener[] = []

  const handlerFor = (forwardTo: (() => readonly ListenAddress[]) | undefined): PacketHandler => {
    const forwarder = forwardTo && createForwarder(forwardTo)
    const answer = createAnswering({ recursion: forwarder !== undefined })
    return (packet, transport, reply) => {
      const response = answer(packet, current, transport)
      if (response.kind === 'drop') return
      if (response.kind === 'answer' || forwarder === undefined) {
        reply(response.packet)
        return
      }
      forwarder
        .forward(packet, transport)
        .then((answer) => reply(answer ?? serverFailure(response.packet)))
        .catch(deps.onFault)
    }
  }

  return {
    async listen(at, options = {}) {
      refuseEveryAddress(at)
      const self = { ...at }
      const forwardTo = options.forwardTo && withoutItself(options.forwardTo, self)
      const bound = await listenBoth(at, handlerFor(forwardTo), deps.onFault)
      listeners.push(...bound)
      self.port = bound[0].port
      return self
    },
    update(next) {
      current = next
    },
    async close() {
      await Promise.all(listeners.splice(0).map((listener) => listener.close()))
    },
  }
}

/** UDP and TCP on one port, or neither. */
async function listenBoth(
  at: ListenAddress,
  handle: PacketHandler,
  onFault: (fault: unknown) => void,
): Promise<[Listener, Listener]> {
  const tcp = await listenTcp(at, handle, onFault).catch((error: unknown) => failToListen(at, error))
  try {
    return [tcp, await listenUdp({ ...at, port: tcp.port }, handle, onFault)]
  } catch (error) {
    await tcp.close()
    return failToListen(at, error)
  }
}

function failToListen({ address, port }: ListenAddress, cause: unknown): never {
  const code = (cause as NodeJS.ErrnoException).code
  const where = `${address}:${port}`
  if (code === 'EADDRINUSE') {
    throw new AppError('PORT_IN_USE', `another program holds ${where}, so names are not served there`, { cause })
  }
  if (code === 'EACCES') throw new AppError('NEEDS_ROOT', `only root may listen on ${where}`, { cause })
  throw new AppError('USAGE', `cannot listen on ${where}: ${code}`, { cause, hint: 'use an address of this machine' })
}

/** Names of containers are nobody else's business, and an open forwarder is a gift to attackers. */
function refuseEveryAddress({ address }: ListenAddress): void {
  const everywhere = new BlockList()
  everywhere.addAddress('0.0.0.0')
  everywhere.addAddress('::', 'ipv6')
  const version = isIP(address)
  if (version === 0 || everywhere.check(address, version === 6 ? 'ipv6' : 'ipv4')) {
    throw new AppError('USAGE', `the name server must listen on one address, not on ${address}`, {
      hint: 'use 127.0.0.1',
    })
  }
}

function withoutItself(servers: () => readonly ListenAddress[], self: ListenAddress): () => ListenAddress[] {
  return () => servers().filter(({ address, port }) => address !== self.address || port !== self.port)
}
