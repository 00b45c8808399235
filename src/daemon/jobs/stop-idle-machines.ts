import { defaultContext } from '../../core/contexts/model.ts'
import { toAppError } from '../../core/errors.ts'
import type { CloudMachine } from '../../core/providers/model.ts'
import { stopIdleMachines, type Work } from '../../core/providers/stop-idle.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { askDaemon } from '../machines/ask-daemon.ts'

/** How often rented machines are looked at, ms. */
const period = 10_000
/** How long one may take to answer, ms. */
const patience = 10_000

/** Stops rented machines that idle, until the signal aborts. */
export async function watchIdleMachines(
  deps: DaemonDeps,
  log: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await deps.clock.wait(period, signal).catch(() => undefined)
    if (signal.aborted) return
    try {
      for (const name of await stopIdleMachines(deps, (machine) => workOf(deps, machine), signal))
        log(`stopped ${name}, which idled`)
    } catch (error) {
      log(`an idle machine could not be stopped: ${toAppError(error).message}`)
    }
  }
}

async function workOf(deps: DaemonDeps, { name, context = defaultContext }: CloudMachine): Promise<Work | undefined> {
  const { socket } = deps.machineSockets(context, name)
  try {
    const { operations, sessions, lastChangeAt, time } = await askDaemon(socket, 'daemon.vitals', {}, patience)
    return { running: operations + sessions, quietMs: Date.parse(time) - Date.parse(lastChangeAt) }
  } catch {
    return undefined // it does not answer: what it does is not known
  }
}
