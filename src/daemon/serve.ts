import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { dirname } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { socketPath } from '../contract/home.ts'
import type { DaemonDeps } from './dependencies.ts'
import { createApp } from './http/app.ts'
import { daemonHandlers } from './http/daemon.ts'
import { envHandlers } from './http/env.ts'
import { sessionHandlers } from './http/session.ts'
import { publishNames } from './jobs/publish-names.ts'
import { recoverOperations } from './jobs/recover.ts'
import { stopIdleShared } from './jobs/stop-idle-shared.ts'
import { watchEngine } from './jobs/watch.ts'

/** How long a stopping daemon waits for open answers, ms. */
const drainTime = 2000

/** The daemon's parts, and how to give back what only one daemon may hold. */
type ServedParts = Omit<DaemonDeps, 'stop' | 'network'> & { release: () => void; log: (message: string) => void }

/** Listens on the home's socket, settles what was cut off, and ends cleanly on SIGTERM, SIGINT or `daemon.stop`. */
export async function serve(parts: ServedParts): Promise<void> {
  const { log } = parts
  const network = { ...parts.settings.network, proxyPort: parts.waysIn.proxyPort }
  const deps: DaemonDeps = { ...parts, network, stop: () => setImmediate(stop) }
  const app = createApp({
    version: parts.version,
    operations: parts.operations,
    handlers: { ...envHandlers(deps), ...sessionHandlers(deps), ...daemonHandlers(deps) },
    onInternalError: (error) => log(`internal error: ${error.stack}`),
  })
  const socket = socketPath(parts.paths.home)
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const ended = new AbortController()
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    ended.abort()
    log('stopping')
    rmSync(socket, { force: true })
    void parts.waysIn.close()
    server.close(() => {
      parts.release()
      process.exit(0)
    })
    setTimeout(() => server.closeAllConnections(), drainTime).unref()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  publishNames({ ...deps, log, publish: deps.waysIn.publish })
  await recoverOperations(deps, log)
  void watchEngine({ ...deps, log, onReturn: () => log('the container engine is back') }, ended.signal)
  void stopIdleShared(deps, log, ended.signal)
  await listen(server, socket)
  log(`berthd ${parts.version} listens on ${socket}, pid ${process.pid}`)
}

/** The socket is made for its user alone: the directory is 0700 and so is the socket. */
async function listen(server: Server, socket: string): Promise<void> {
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 })
  rmSync(socket, { force: true })
  const before = process.umask(0o177)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(socket, resolve)
  await promise
  process.umask(before)
  chmodSync(socket, 0o600)
}
