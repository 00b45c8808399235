import { collectGarbage } from '../../core/care/collect-garbage.ts'
import { examine } from '../../core/care/examine.ts'
import { reconcile } from '../../core/care/reconcile.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

/** Routes of looking after a machine → use cases. */
export function careHandlers(deps: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `care.${string}`>> {
  return {
    'care.doctor': async ({ fix }) => ({ findings: await examine(deps, { fix }) }),
    'care.reconcile': ({ env }, scope) => reconcile(deps, env, scope),
    'care.gc': async ({ dryRun }) => ({ garbage: await collectGarbage(deps, { dryRun }), removed: !dryRun }),
  }
}
