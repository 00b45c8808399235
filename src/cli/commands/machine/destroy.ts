import { defineCommand, yesFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { failure } from '../../failure.ts'
import { runWithProgress } from '../env/shared.ts'
import { providerToken } from './provider-token.ts'
import { contextOf, machineArgument } from './shared.ts'

/** `berth machine destroy` */
export const machineDestroyCommand = defineCommand<object, [string]>({
  name: 'machine.destroy',
  brief: 'Give a rented machine back, with all that is on it',
  details:
    'Only one that berth machine create made. Asks for its name to be typed; --yes answers. What ran there, workspaces and data included, is gone; branches are brought back first with berth pull.',
  examples: [['berth machine destroy big-box', 'its name has to be typed']],
  flags: { yes: yesFlag },
  arguments: [machineArgument],
  async run(context, flags, name) {
    if (!flags.yes) await typeItsName(context, name)
    const input = { context: contextOf(flags), name, ...providerToken(context) }
    const data = await runWithProgress(context, { ...flags, on: 'local' }, 'machine.destroy', `destroy ${name}`, input)
    return { data, text: `${name} is gone, and costs nothing from now on` }
  },
})

async function typeItsName(context: BerthContext, name: string): Promise<void> {
  const question = `destroy the machine ${name} with all that is on it?`
  if (!context.ui.interactive) throw failure('CONFIRMATION_REQUIRED', `not done: ${question}`, 'add --yes')
  const prompts = await import('@clack/prompts')
  const answer = await prompts.text({ message: `${question} Type its name`, output: context.process.stderr })
  if (answer !== name) throw failure('INTERRUPTED', 'nothing was done', '')
}
