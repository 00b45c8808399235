import { socketPath } from '../../contract/home.ts'
import { AppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'
import { readVitals } from './machine.ts'

/** Routes of the daemon itself. */
export function daemonHandlers(deps: DaemonDeps): Pick<Handlers, 'daemon.status' | 'daemon.stop' | 'daemon.vitals'> {
  return {
    'daemon.status': async () => ({
      version: deps.version,
      pid: process.pid,
      id: deps.homeId,
      home: deps.paths.home,
      socket: socketPath(deps.paths.home),
      startedAt: deps.startedAt.toISOString(),
      memoryBytes: process.memoryUsage.rss(),
      operations: deps.operations.running(),
      engine: await engineOf(deps),
      dns: deps.waysIn.dns,
      proxy: deps.waysIn.proxy,
      api: deps.api?.address ?? null,
    }),
    'daemon.vitals': () => readVitals(deps),
    'daemon.stop': async ({ ifIdle }) => {
      const running = deps.operations.running()
      if (ifIdle && running > 0) throw new AppError('DAEMON_BUSY', `${running} operations are under way`)
      deps.stop({ replaced: ifIdle })
      return { pid: process.pid }
    },
  }
}

async function engineOf({ engine }: DaemonDeps) {
  try {
    const { kind, engineVersion, composeVersion } = await engine.info()
    return { kind, version: engineVersion, composeVersion }
  } catch {
    return null // the status of the daemon is asked for, and it is well without an engine
  }
}
