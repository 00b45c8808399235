import { AppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

/** Routes of the daemon itself. */
export function daemonHandlers(deps: DaemonDeps): Pick<Handlers, 'daemon.status' | 'daemon.stop'> {
  return {
    'daemon.status': async () => ({
      version: deps.version,
      pid: process.pid,
      home: deps.paths.home,
      startedAt: deps.startedAt.toISOString(),
      memoryBytes: process.memoryUsage.rss(),
      operations: deps.operations.running(),
      engine: await engineOf(deps),
      dns: deps.waysIn.dns,
      proxy: deps.waysIn.proxy,
    }),
    'daemon.stop': async ({ ifIdle }) => {
      const running = deps.operations.running()
      if (ifIdle && running > 0) throw new AppError('DAEMON_BUSY', `${running} operations are under way`)
      deps.stop()
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
