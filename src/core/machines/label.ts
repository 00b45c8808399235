import { AppError } from '../errors.ts'
import type { Store } from '../ports.ts'
import type { Links } from './links.ts'
import type { MachineRecord } from './model.ts'

interface LabelRequest {
  context: string
  name: string
  /** Label → value. */
  set: Record<string, string>
  remove: readonly string[]
}

/** What a label or its value may look like: a word of the command line, without `,` and `=`. */
export const labelWord = /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/

/** Gives a machine labels, by which commands name several at once. Throws MACHINE_NOT_CONNECTED, NAME_INVALID. */
export async function labelMachine(
  { store, links }: { store: Pick<Store, 'addMachine'>; links: Pick<Links, 'list'> },
  { context, name, set, remove }: LabelRequest,
): Promise<MachineRecord> {
  const found = links.list().find(({ machine }) => machine.context === context && machine.name === name)
  if (!found) throw new AppError('MACHINE_NOT_CONNECTED', `not connected to ${name}`, { hint: `berth connect ${name}` })
  for (const [key, value] of Object.entries(set))
    if (!labelWord.test(key) || (value !== '' && !labelWord.test(value)))
      throw new AppError('NAME_INVALID', `${key}=${value} cannot be a label`, {
        hint: 'letters, digits, - . _ and /, at most 63 characters each: role=web',
      })
  const { machine } = found
  const kept = Object.entries({ ...machine.labels, ...set }).filter(([key]) => !remove.includes(key))
  // the links hold this very record: what they show changes with it
  machine.labels = Object.fromEntries(kept)
  await store.addMachine(machine)
  return machine
}
