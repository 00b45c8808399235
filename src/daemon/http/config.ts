import { showConfig } from '../../core/config/show-config.ts'
import type { EffectiveSetting } from '../../core/config/trace.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

/** The settings in effect, without the secrets among them (an agent's environment may hold an API key). */
export function configHandlers(deps: DaemonDeps): Pick<Handlers, 'config.show'> {
  return {
    'config.show': async ({ directory }) => {
      const shown = await showConfig(deps, directory)
      for (const { key, value } of [...shown.machine, ...(shown.project?.settings ?? [])] satisfies EffectiveSetting[])
        if (typeof value === 'string') deps.redactor.learn({ [key.split('.').at(-1) ?? key]: value })
      return deps.redactor.value(shown)
    },
  }
}
