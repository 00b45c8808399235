import { activateSetUp, applySetUp, previewSetUp } from '../../core/names/set-up.ts'
import { chooseEngine } from '../../core/settings/choose-engine.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

/** Routes of setting up this machine. */
export function setupHandlers(deps: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `setup.${string}`>> {
  return {
    'setup.preview': (input) => previewSetUp(deps, input),
    'setup.apply': (input) => applySetUp(deps, input),
    'setup.activate': () => activateSetUp(deps),
    'setup.engine': (input) => chooseEngine(deps, input),
  }
}
