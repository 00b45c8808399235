import { pruneApp } from '../../core/deploy/prune.ts'
import { readAppLogs } from '../../core/deploy/read-app-logs.ts'
import { reconcileApp } from '../../core/deploy/reconcile/reconcile-app.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { frameStream } from '../streams/frame-stream.ts'
import { createLogEncoder } from '../streams/log-frames.ts'
import type { Handlers } from './app.ts'

/** Routes of looking after apps → use cases. */
export function appCareHandlers(deps: DaemonDeps): Pick<Handlers, 'app.reconcile' | 'app.prune' | 'app.logs'> {
  return {
    'app.reconcile': async (input, scope) => {
      const { redeployed, ...reconciled } = await reconcileApp(deps, input, scope)
      if (redeployed !== null) void deps.retireLater(redeployed)
      return reconciled
    },
    'app.prune': (input, { id }) => pruneApp(deps, input, id),
    'app.logs': async (input, signal) => frameStream(await readAppLogs(deps, input, signal), createLogEncoder(input)),
  }
}
