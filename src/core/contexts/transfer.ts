import { redact } from '../../lib/redact.ts'
import { AppError } from '../errors.ts'
import type { Store } from '../ports.ts'
import { type ContextDeps, createContext, showContext } from './contexts.ts'
import type { ContextView } from './model.ts'

/** A context as it can be handed to somebody else: what it is made of, and nothing that opens anything. */
export interface ContextExport {
  format: 'berth-context/1'
  name: string
  machines: { name: string; destination: string; tunnel: string }[]
}

/** What of a context may leave it. Throws CONTEXT_NOT_FOUND, SECRET_IN_CONTEXT. */
export async function exportContext(
  deps: ContextDeps & { store: Pick<Store, 'machines'> },
  name?: string,
): Promise<ContextExport> {
  const context = await showContext(deps, name)
  const machines = (await deps.store.machines()).filter((machine) => machine.context === context.name)
  const exported: ContextExport = {
    format: 'berth-context/1',
    name: context.name,
    machines: machines.map(({ name: machine, destination, tunnel }) => ({ name: machine, destination, tunnel })),
  }
  refuseSecrets(exported)
  return exported
}

/** Makes a context from an export. Its machines are nobody's to connect to but the user's. Throws as `createContext`, SECRET_IN_CONTEXT. */
export async function importContext(
  deps: ContextDeps,
  exported: ContextExport,
  name = exported.name,
): Promise<ContextView> {
  refuseSecrets(exported)
  return createContext(deps, name)
}

/** What looks like a secret has no place in a file that is handed around. */
function refuseSecrets({ machines }: ContextExport): void {
  for (const { name, destination } of machines)
    if (redact(destination) !== destination || hasPassword(destination))
      throw new AppError('SECRET_IN_CONTEXT', `the destination of ${name} holds what looks like a secret`, {
        details: { machine: name },
      })
}

/** `user:password@host` */
const hasPassword = (destination: string) => /^[^@]*:[^@]*@/.test(destination)
