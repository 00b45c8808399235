import type { Output } from '../contract/routes.ts'
import { closest } from '../lib/closest.ts'
import type { BerthContext, CommonFlags } from './context.ts'
import { failure, usage } from './failure.ts'

type Machine = Output<'machine.list'>['machines'][number]

/** Whether `--on` may mean several machines. */
export const namesSeveral = (on: string): boolean => on === 'all' || on.includes(',') || on.startsWith('label=')

/**
 * The machines `--on` names: `a,b`, `all` (every connected one), `label=web` (that have a label of this name or value) or
 * `label=role=web`. This one when it is absent. Throws USAGE, MACHINE_NOT_CONNECTED.
 */
export async function namedMachines(
  context: Pick<BerthContext, 'client'>,
  { on, context: of = 'default' }: Pick<CommonFlags, 'on' | 'context'>,
): Promise<string[]> {
  if (on === undefined || on === 'local') return ['local']
  const { machines } = await (await context.client()).call('machine.list', { context: of })
  return chooseMachines(machines, on)
}

/** The same where one alone may be any machine there is a way to, be it by a token. */
export const meantMachines = (
  context: Pick<BerthContext, 'client'>,
  flags: Pick<CommonFlags, 'on' | 'context'>,
): Promise<string[]> =>
  flags.on === undefined || namesSeveral(flags.on) ? namedMachines(context, flags) : Promise.resolve([flags.on])

/** Which of these machines `--on` means, in their order where it does not name them. */
export function chooseMachines(machines: readonly Pick<Machine, 'name' | 'labels'>[], on: string): string[] {
  if (on === 'all') return atLeastOne(machines, 'no machine is connected', 'berth connect HOST')
  if (on.startsWith('label=')) {
    const label = on.slice('label='.length)
    const chosen = machines.filter(({ labels }) => hasLabel(labels, label))
    return atLeastOne(chosen, `no machine has the label ${label}`, 'berth machine label NAME KEY=VALUE gives one')
  }
  const names = on.split(',').map((name) => name.trim())
  if (names.some((name) => name === '') || new Set(names).size < names.length)
    throw usage(`--on ${on} does not name machines`, 'berth deploy --on prod-1,prod-2')
  const missing = names.find((name) => name !== 'local' && !machines.some((one) => one.name === name))
  if (missing !== undefined)
    throw notConnected(
      missing,
      machines.map(({ name }) => name),
    )
  return names
}

/** The failure of naming a machine nobody is connected to. */
export function notConnected(name: string, known: readonly string[]) {
  const near = closest(name, known)
  const hint = near === undefined ? `berth connect ${name}` : `did you mean ${near}? else: berth connect ${name}`
  return failure('MACHINE_NOT_CONNECTED', `not connected to ${name}`, hint)
}

/** `role=web` precisely; `web` as a name or a value. */
function hasLabel(labels: Readonly<Record<string, string>>, label: string): boolean {
  const [key = '', value] = label.split(/=(.*)/s)
  if (value !== undefined) return labels[key] === value
  return key in labels || Object.values(labels).includes(key)
}

function atLeastOne(chosen: readonly { name: string }[], message: string, hint: string): string[] {
  if (chosen.length === 0) throw failure('MACHINE_NOT_CONNECTED', message, hint)
  return chosen.map(({ name }) => name)
}
