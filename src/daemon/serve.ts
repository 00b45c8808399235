import { socketPath } from '../contract/home.ts'
import { toAppError } from '../core/errors.ts'
import type { DaemonDeps } from './dependencies.ts'
import { createApp, type Handlers } from './http/app.ts'
import { careHandlers } from './http/care.ts'
import { daemonHandlers } from './http/daemon.ts'
import { envHandlers } from './http/env.ts'
import { sessionHandlers } from './http/session.ts'
import { setupHandlers } from './http/setup.ts'
import { bringBack, type Returned } from './jobs/bring-back.ts'
import { noteRunning } from './jobs/note-running.ts'
import { publishNames } from './jobs/publish-names.ts'
import { recoverOperations } from './jobs/recover.ts'
import { stopIdleShared } from './jobs/stop-idle-shared.ts'
import { watchEngine } from './jobs/watch.ts'
import { createSocketServer } from './socket-server.ts'

/** How long a stopping daemon waits for whoever still uses it, ms. */
const longestStop = 5000

/** The daemon's parts, and how to give back what only one daemon may hold. */
type ServedParts = Omit<DaemonDeps, 'stop' | 'network' | 'isUnderWay'> & {
  release: () => void
  log: (message: string) => void
}

/**
 * Listens on the home's socket, settles what was cut off, and ends cleanly on SIGTERM, SIGINT or `daemon.stop`. Returns
 * what it found cut off, in words for people.
 */
export async function serve(parts: ServedParts): Promise<string[]> {
  const { log } = parts
  const network = { ...parts.settings.network, proxyPort: parts.waysIn.proxyPort }
  const isUnderWay = (id: string) => parts.operations.isRunning(id)
  const deps: DaemonDeps = { ...parts, network, isUnderWay, stop: () => setImmediate(stop) }
  const app = createApp({
    version: parts.version,
    operations: parts.operations,
    redactor: parts.redactor,
    newId: () => parts.ids.short(12),
    handlers: allHandlers(deps),
    onInternalError: (error) => log(`internal error: ${error.stack}`),
  })
  const socket = socketPath(parts.paths.home)
  const server = createSocketServer(app, socket)
  const note = noteRunning(deps, log)
  const ended = new AbortController()
  const stop = () => {
    if (ended.signal.aborted) return
    ended.abort()
    log('stopping')
    const closed = Promise.allSettled([server.close(), parts.waysIn.close(), note.flush()])
    void Promise.race([closed, parts.clock.wait(longestStop)]).then(() => {
      parts.release()
      process.exit(0)
    })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  parts.operations.onEnd(publishNames({ ...deps, log, publish: deps.waysIn.publish }))
  const notices = await recoverOperations(deps, log)
  const onEngine = (ranBefore: readonly string[], wasAway: boolean) => takeUpAgain(deps, { ranBefore, wasAway }, log)
  void watchEngine({ ...deps, log, note, onEngine }, ended.signal)
  void stopIdleShared(deps, log, ended.signal)
  await server.listen()
  log(`berthd ${parts.version} listens on ${socket}, pid ${process.pid}`)
  return notices
}

/** The engine is there (again): what was cut off with it is settled, and what it ended runs again. */
function takeUpAgain(deps: DaemonDeps, returned: Returned, log: (message: string) => void): void {
  if (returned.wasAway) log('the container engine is back')
  recoverOperations(deps, log)
    .then(() => bringBack(deps, returned, log))
    .catch((error) => log(`what the engine left could not be read: ${toAppError(error).message}`))
}

function allHandlers(deps: DaemonDeps): Handlers {
  return {
    ...envHandlers(deps),
    ...sessionHandlers(deps),
    ...setupHandlers(deps),
    ...careHandlers(deps),
    ...daemonHandlers(deps),
  }
}
