import { type Client, createClient } from '../client/client.ts'
import { type LoginPlace, loginNames } from '../client/logins.ts'
import { standingTransport } from '../client/remote.ts'
import { berthHome, machineSockets } from '../contract/home.ts'
import type { Output } from '../contract/routes.ts'
import type { BerthContext } from './context.ts'
import { failureOf } from './failure.ts'

/** A machine that did not answer, and why. */
export interface SilentMachine {
  machine: string
  message: string
  hint: string
}

/** A machine beside this one, as what shows all of them asks it: over what stands, or not at all. */
export interface OtherMachine {
  name: string
  /** Why it cannot be asked now. */
  silent: SilentMachine | undefined
  /** Its client; whatever it is asked ends when the signal aborts. */
  open: (signal: AbortSignal) => Promise<Client>
}

/** Longest a machine is waited for, ms: with what a command costs itself, a dead one is a row within two seconds. */
export const patience = 1700

/** All machines of a context beside this one: those this machine's berthd is connected to, and those there is a login for. */
export async function otherMachines(
  { env }: Pick<BerthContext, 'env'>,
  { context }: { context: string },
  listed: Promise<Output<'machine.list'>>,
): Promise<OtherMachine[]> {
  const home = berthHome(env)
  const [{ machines }, logins] = await Promise.all([listed, loginNames({ home, context })])
  const connected = machines.filter(({ name }) => !logins.includes(name))
  return [
    ...connected.map((machine) => overSsh(home, machine)),
    ...logins.map((name) => byLogin({ home, context }, name)),
  ]
}

type Machine = Output<'machine.list'>['machines'][number]

function overSsh(home: string, { context, name, state, problem }: Machine): OtherMachine {
  const sockets = machineSockets(home, context, name)
  const message = problem?.message ?? `${name} is ${state}`
  const hint = problem?.hint ?? `berth machine check ${name}`
  return {
    name,
    silent: state === 'connected' ? undefined : { machine: name, message, hint },
    open: (signal) => Promise.resolve(createClient(standingTransport(name, sockets), signal)),
  }
}

/** A machine there is a login for. */
export function byLogin(place: LoginPlace, name: string): OtherMachine {
  return {
    name,
    silent: undefined,
    async open(signal) {
      const { openLogin } = await import('./login-client.ts')
      const client = await openLogin(place, name, signal)
      if (client) return client
      throw new Error(`the login of ${name} is gone`)
    },
  }
}

/** Why a machine is silent, from what asking it failed with. */
export function silentBy(machine: string, error: unknown): SilentMachine {
  const said = failureOf(error)
  if (said === undefined || said.code === 'INTERRUPTED')
    return { machine, message: `${machine} does not answer`, hint: `berth machine check ${machine}` }
  return { machine, message: said.message, hint: said.hint }
}
