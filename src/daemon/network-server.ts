import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { toAppError } from '../core/errors.ts'
import type { Certificate } from '../core/ports/certificate.ts'
import type { ListenSetting } from '../core/settings/model.ts'
import { closeServer, listenAt } from './listen-at.ts'

/** The API over TLS, where the owner has bound an address for it. */
export interface NetworkServer {
  /** `address:port`. */
  address: string
  fingerprint: string
  serve(listener: RequestListener): void
  close(): Promise<void>
}

/** How long a stranger may take to say who it is, ms. */
const patience = 10_000
/** Connections at once: strangers can take these, and no more memory than they need. */
const mostConnections = 256

/** Listens at an address; null where that is not possible, which is logged. */
export async function openNetworkServer(
  at: ListenSetting,
  certificate: () => Promise<Certificate>,
  log: (message: string) => void,
): Promise<NetworkServer | null> {
  try {
    const { key, cert, fingerprint } = await certificate()
    const server = createServer({ key, cert, minVersion: 'TLSv1.3', handshakeTimeout: patience })
    server.maxConnections = mostConnections
    server.headersTimeout = patience
    // a terminal's request lasts as long as the terminal; others are ended by what reads them
    server.requestTimeout = 0
    server.on('tlsClientError', (_, socket) => socket.destroy())
    const address = await listenAt(server, at)
    log(`the API is served at ${address}`)
    return {
      address,
      fingerprint,
      serve: (listener) => void server.on('request', listener),
      close: () => closeServer(server),
    }
  } catch (error) {
    log(`the API is not served at ${at.address}:${at.port}: ${toAppError(error).message}`)
    return null
  }
}
