import type { Client } from '../client/client.ts'
import type { BerthContext, CommonFlags } from './context.ts'
import { failure, failureOf } from './failure.ts'
import { meantMachines } from './machines-named.ts'
import { patience, type SilentMachine, silentBy } from './other-machines.ts'

/** What the machines answered that `--on` names. */
export interface EachMachine<T> {
  /** In the order of `--on`. */
  answers: { machine: string; data: T }[]
  /** Those that could not, and why. */
  silent: SilentMachine[]
}

interface Ask<T> {
  (client: Client, machine: string): Promise<T>
}

/**
 * Asks the machines `--on` names the same at once: names, `all`, `label=…`, as for `berth deploy`. One alone has to answer; of
 * several, those that cannot are told of, and only where none can is that a failure. `quick`: none holds the others up.
 */
export async function eachMachine<T>(
  context: BerthContext,
  flags: CommonFlags,
  ask: Ask<T>,
  { quick = true }: { quick?: boolean } = {},
): Promise<EachMachine<T>> {
  const machines = await meantMachines(context, flags)
  const one = async (machine: string) => ask(await context.client(machine), machine)
  if (machines.length === 1) {
    const [machine = 'local'] = machines
    return { answers: [{ machine, data: await one(machine) }], silent: [] }
  }
  const asked = await Promise.allSettled(
    machines.map((machine) => (quick ? inTime(machine, one(machine)) : one(machine))),
  )
  const answers = machines.flatMap((machine, at) => {
    const answer = asked[at]
    return answer?.status === 'fulfilled' ? [{ machine, data: answer.value }] : []
  })
  const failed = machines.flatMap((machine, at) => {
    const answer = asked[at]
    return answer?.status === 'rejected' ? [{ machine, error: answer.reason as unknown }] : []
  })
  const [first] = failed
  // what is no answer of Berth's is a fault of ours
  const odd = failed.find(({ error }) => failureOf(error) === undefined)
  if (first && (odd || answers.length === 0)) throw (odd ?? first).error
  return { answers, silent: failed.map(({ machine, error }) => silentBy(machine, error)) }
}

/** What a machine is asked, if it answers soon: a dead one is known after two seconds. Throws MACHINE_UNREACHABLE. */
export async function inTime<T>(machine: string, asked: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(failure('MACHINE_UNREACHABLE', `${machine} does not answer`, `berth machine check ${machine}`))
  }, patience)
  try {
    return await Promise.race([asked, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** A line on stderr for each machine that did not answer. */
export function noteSilent({ ui }: BerthContext, silent: readonly SilentMachine[]): void {
  for (const { machine, message, hint } of silent) ui.note(`${machine}: ${message}; ${hint}`)
}

/** `data` of a command: what one machine answered, or all of it by machine. */
export function dataOf<T extends object>({ answers, silent }: EachMachine<T>): T | BySeveral<T> {
  const [first] = answers
  if (answers.length === 1 && silent.length === 0 && first) return first.data
  return { machines: answers.map(({ machine, data }) => ({ machine, ...data })), silent }
}

interface BySeveral<T> {
  machines: ({ machine: string } & T)[]
  silent: SilentMachine[]
}

/** Whether it is to be said which machine a row is of. */
export const isSeveral = ({ answers, silent }: EachMachine<unknown>): boolean => answers.length + silent.length > 1
