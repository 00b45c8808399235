import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { dirname } from 'node:path'
import { AppError } from '../core/errors.ts'

/** How long a closing server waits for open answers, ms. */
const drainTime = 2000

/** An HTTP server on a Unix socket that only its user can reach. */
export interface SocketServer {
  listen(): Promise<void>
  /** Takes no new requests, and resolves when those under way are answered, or cut off after two seconds. */
  close(): Promise<void>
}

/** A server on `socket`, not listening yet. */
export function createSocketServer(listener: RequestListener, socket: string) {
  // who holds a line ready says nothing on it for hours; only its user connects here
  const server = createServer({ headersTimeout: 0, requestTimeout: 0 }, listener)
  return {
    listen: () => listen(server, socket),
    close: () => close(server, socket),
  } satisfies SocketServer
}

/** The directory is 0700 and so is the socket. */
async function listen(server: Server, socket: string): Promise<void> {
  const directory = dirname(socket)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  // in /tmp anyone may have made it before us
  if (lstatSync(directory).uid !== process.getuid?.())
    throw new AppError('HOME_INVALID', `${directory} belongs to another user`)
  chmodSync(directory, 0o700)
  rmSync(socket, { force: true })
  const before = process.umask(0o177)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(socket, resolve)
  await promise
  process.umask(before)
  chmodSync(socket, 0o600)
}

async function close(server: Server, socket: string): Promise<void> {
  rmSync(socket, { force: true })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  setTimeout(() => server.closeAllConnections(), drainTime).unref()
  await promise
}
