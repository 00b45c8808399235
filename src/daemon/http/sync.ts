import { machineDomain } from '../../core/machines/name.ts'
import { mergeFrom, pullFrom } from '../../core/machines/sync/bring-back.ts'
import { syncProject } from '../../core/machines/sync/sync-project.ts'
import { describeNames } from '../../core/names/list-names.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

type SyncRoutes = 'project.sync' | 'project.pull' | 'project.merge' | 'project.names'

/** Routes of projects on other machines → use cases. */
export function syncHandlers(deps: DaemonDeps): Pick<Handlers, SyncRoutes> {
  const of = (context: string) => ({ ...deps, syncMachine: (name: string) => deps.syncMachine(context, name) })
  return {
    async 'project.names'({ machine, context }) {
      const domain = machineDomain(context, machine)
      const { suffix, proxyPort } = deps.network
      const resolves = await deps.resolver.works()
      const envs = deps.waysIn.envsOn(domain)
      return {
        suffix,
        resolves,
        names: describeNames(envs, envs, { suffix, under: `${domain}.`, resolves, proxyPort }),
      }
    },
    'project.sync': (input, scope) => syncProject(of(input.context), input, scope),
    'project.pull': (input, scope) => pullFrom(of(input.context), input, scope),
    'project.merge': (input, scope) => mergeFrom(of(input.context), input, scope),
  }
}
