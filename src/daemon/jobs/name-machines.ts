import { keepNames } from '../../core/machines/names/keep-names.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { callDaemon } from '../machines/ask-daemon.ts'

/** How long a machine may take to say what runs there, ms. */
const patience = 5000

/** Keeps the names of the services on other machines, until the signal aborts. */
export function nameMachines(deps: DaemonDeps, log: (message: string) => void, signal: AbortSignal): Promise<void> {
  const { links, tunnels, clock, asRoot, machineSockets, waysIn } = deps
  const namesOf = async (context: string, name: string) => {
    const { socket } = machineSockets(context, name)
    return (await callDaemon({ name, socket }, 'env.names', {}, patience)).names
  }
  return keepNames({ links, tunnels, clock, log, asRoot, namesOf, publish: waysIn.publishOthers }, signal)
}
