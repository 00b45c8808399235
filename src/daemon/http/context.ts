import { nameOf } from '../../core/access/model.ts'
import { createContext, listContexts, removeContext, showContext, useContext } from '../../core/contexts/contexts.ts'
import { exportContext, importContext } from '../../core/contexts/transfer.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

/** Routes of contexts → use cases; what changed is told. */
export function contextHandlers(deps: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `context.${string}`>> {
  const { events } = deps
  return {
    'context.list': async () => ({ contexts: await listContexts(deps) }),
    'context.show': async ({ name }) => ({ context: await showContext(deps, name) }),
    'context.create': async ({ name }, { caller }) => {
      const context = await createContext(deps, name)
      await events.tell({ type: 'context.created', subject: name, actor: nameOf(caller) })
      return { context }
    },
    'context.use': async ({ name }) => ({ context: await useContext(deps, name) }),
    'context.remove': async ({ name }, { caller }) => {
      const context = await removeContext(deps, name)
      await events.tell({ type: 'context.removed', subject: name, actor: nameOf(caller) })
      return { context }
    },
    'context.export': async ({ name }, { caller }) => {
      const exported = await exportContext(deps, name)
      await events.tell({ type: 'context.exported', subject: exported.name, actor: nameOf(caller) })
      return { exported }
    },
    'context.import': async ({ exported, name }, { caller }) => {
      const context = await importContext(deps, exported, name)
      await events.tell({ type: 'context.created', subject: context.name, actor: nameOf(caller) })
      return { context, machines: exported.machines }
    },
  }
}
