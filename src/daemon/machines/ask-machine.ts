import type { Input, Output, RouteName } from '../../contract/routes.ts'
import { AppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { callDaemon } from './ask-daemon.ts'

/** A machine of a context, and the caller's SSH agent. */
export interface AskedMachine {
  context: string
  machine: string
  /** Socket of the agent. */
  agent: string | undefined
}

/**
 * Asks another machine's berthd a call of the contract that may be asked twice, over a line held ready: one round trip.
 * Whether it answers at all is looked at beside that, not before; where it does not, it is connected to anew and asked
 * again. Throws what connecting may throw, and what the other berthd says is wrong.
 */
export async function askMachine<N extends RouteName>(
  { links, machineSockets }: Pick<DaemonDeps, 'links' | 'machineSockets'>,
  { context, machine, agent }: AskedMachine,
  name: N,
  input: Input<N>,
  timeoutMs: number,
): Promise<Output<N>> {
  const { socket, ready } = machineSockets(context, machine)
  const opened = links.open(context, machine, agent)
  // told below, where it matters
  opened.catch(() => undefined)
  try {
    return await callDaemon({ name: machine, socket: ready }, name, input, timeoutMs)
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'MACHINE_UNREACHABLE')) throw error
    await opened
    return callDaemon({ name: machine, socket }, name, input, timeoutMs)
  }
}
