import type { AddressInfo, Server } from 'node:net'
import type { ListenSetting } from '../core/settings/model.ts'

/** Listens at an address; returns it with the port it got, `address:port`. Throws what the system says. */
export async function listenAt(server: Server, { address, port }: ListenSetting): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, address, resolve)
  await promise
  const bound = server.address() as AddressInfo
  return `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`
}

/** Ends a server and every connection to it. */
export async function closeServer(server: Server & { closeAllConnections(): void }): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeAllConnections()
  await promise
}
