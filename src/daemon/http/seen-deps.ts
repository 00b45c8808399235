import type { Caller } from '../../core/access/model.ts'
import { seenBy } from '../../core/access/seen-by.ts'
import type { DaemonDeps } from '../dependencies.ts'

/** The daemon's parts for a list: with the store as the caller may see it. */
export const seenDeps = (deps: DaemonDeps, caller: Caller): DaemonDeps => ({
  ...deps,
  store: seenBy(deps.store, caller),
})
