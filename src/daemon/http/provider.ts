import { createMachine } from '../../core/providers/create-machine.ts'
import { destroyMachine } from '../../core/providers/destroy-machine.ts'
import type { CloudMachine } from '../../core/providers/model.ts'
import { startMachine } from '../../core/providers/start-machine.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'
import { viewMachine } from './machine.ts'

type Routes = 'machine.create' | 'machine.destroy' | 'machine.start' | 'machine.rented'

/** Routes of rented machines → use cases. */
export function providerHandlers(deps: DaemonDeps): Pick<Handlers, Routes> {
  return {
    'machine.create': async ({ providerToken: token, ...input }, scope) => {
      const { cloud, machine, facts } = await createMachine(deps, { ...input, token }, scope)
      return { cloud: shown(cloud), machine: viewMachine(deps, machine), facts }
    },
    'machine.destroy': async ({ providerToken: token, ...input }, scope) => ({
      cloud: shown(await destroyMachine(deps, { ...input, token }, scope)),
    }),
    'machine.start': async ({ name, providerToken: token }, { signal }) => ({
      cloud: shown(await startMachine(deps, { name, token }, signal)),
    }),
    'machine.rented': async () => ({ machines: (await deps.store.cloud.machines()).map(shown) }),
  }
}

/** The mark is between Berth and the provider. */
function shown({ mark: _mark, ...cloud }: CloudMachine) {
  return cloud
}
