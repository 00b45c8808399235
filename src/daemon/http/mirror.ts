import { resultsOfEnv } from '../../core/envs/results.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

type MirrorRoutes = 'mirror.prepare' | 'mirror.receive' | 'mirror.results'

/** Routes of what other machines keep here → use cases. */
export function mirrorHandlers(deps: DaemonDeps): Pick<Handlers, MirrorRoutes> {
  return {
    'mirror.prepare': (input) => deps.mirrors.prepare(input),
    'mirror.receive': (input) => deps.mirrors.receive(input),
    'mirror.results': (input) => resultsOfEnv(deps, input),
  }
}
