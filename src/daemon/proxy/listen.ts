import { once } from 'node:events'
import type { Server } from 'node:http'
import { AppError } from '../../core/errors.ts'

/**
 * Listens on both loopback addresses, on one port. A machine without IPv6 has only the first; a port taken on either is
 * a fault, as browsers go to ::1 first and would meet another program there.
 */
export async function listenLocally(
  create: () => Server,
  port: number,
): Promise<{ port: number; addresses: string[] }> {
  const bound = await listenAt(create(), '127.0.0.1', port)
  try {
    await listenAt(create(), '::1', bound)
  } catch (error) {
    if (isWithoutIpv6(error)) return { port: bound, addresses: ['127.0.0.1'] }
    throw error
  }
  return { port: bound, addresses: ['127.0.0.1', '::1'] }
}

async function listenAt(server: Server, address: string, port: number): Promise<number> {
  const listening = once(server, 'listening')
  server.listen({ host: address, port, exclusive: true })
  await listening.catch((cause: NodeJS.ErrnoException) => {
    const where = `${address}:${port}`
    if (cause.code === 'EADDRINUSE') {
      throw new AppError('PORT_IN_USE', `another program holds ${where}, so the proxy cannot serve there`, { cause })
    }
    if (cause.code === 'EACCES') throw new AppError('NEEDS_ROOT', `only root may listen on ${where}`, { cause })
    throw new AppError('USAGE', `cannot listen on ${where}: ${cause.code}`, { cause })
  })
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : port
}

function isWithoutIpv6(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : undefined
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'
}
