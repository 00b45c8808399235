import type { Input, Output } from '../contract/routes.ts'
import type { BerthContext, CommonFlags } from './context.ts'
import { chooseMachines, namesSeveral } from './machines-named.ts'
import { type OtherMachine, otherMachines, patience, type SilentMachine, silentBy } from './other-machines.ts'

export type { SilentMachine } from './other-machines.ts'

/** What all machines answered. */
export interface Answers<T> {
  answers: { machine: string; data: T }[]
  silent: SilentMachine[]
}

/**
 * Asks all machines the same at once, this one first in the result; with --on only those it names: one alone has to answer.
 * A machine that does not answer in time holds up nobody.
 */
export async function askAll<N extends 'env.list' | 'session.list' | 'app.list'>(
  context: BerthContext,
  { on, context: of = 'default' }: CommonFlags,
  name: N,
  input: Input<N>,
): Promise<Answers<Output<N>>> {
  const isOne = on !== undefined && !namesSeveral(on)
  const client = await context.client(isOne ? on : undefined)
  if (isOne) return { answers: [{ machine: on, data: await client.call(name, input) }], silent: [] }
  const listed = client.call('machine.list', { context: of })
  const isChosen = await choose(on, listed)
  const [data, asked] = await Promise.all([
    client.call(name, input),
    otherMachines(context, { context: of }, listed).then((others) =>
      Promise.all(
        others.filter((other) => isChosen(other.name)).map((other) => askOne(other, name, input, context.signal)),
      ),
    ),
  ])
  return {
    answers: [
      ...(isChosen('local') ? [{ machine: 'local', data }] : []),
      ...asked.flatMap(({ answer }) => answer ?? []),
    ],
    silent: asked.flatMap(({ silent }) => silent ?? []),
  }
}

/** Which machines `--on` means; all where it is absent, this one among them. */
async function choose(
  on: string | undefined,
  listed: Promise<Output<'machine.list'>>,
): Promise<(machine: string) => boolean> {
  if (on === undefined || on === 'all') return () => true
  const chosen = chooseMachines((await listed).machines, on)
  return (machine) => chosen.includes(machine)
}

async function askOne<N extends 'env.list' | 'session.list' | 'app.list'>(
  { name: machine, silent, open }: OtherMachine,
  name: N,
  input: Input<N>,
  signal: AbortSignal,
): Promise<{ answer?: { machine: string; data: Output<N> }; silent?: SilentMachine }> {
  if (silent) return { silent }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)])
  try {
    const client = await open(limit)
    return { answer: { machine, data: await client.call(name, input) } }
  } catch (error) {
    return { silent: silentBy(machine, error) }
  }
}
