import { closest } from '../../../lib/closest.ts'
import { defineCommand, switchFlag, yesFlag } from '../../command.ts'
import { failure } from '../../failure.ts'
import { confirm } from '../../ui/confirm.ts'
import { runWithProgress } from '../env/shared.ts'
import { contextOf, machineArgument } from './shared.ts'

/** `berth disconnect` */
export const disconnectCommand = defineCommand<{ purge: boolean }, [string]>({
  name: 'machine.disconnect',
  brief: 'Let go of a machine; what runs there goes on',
  details: 'With --purge Berth goes from there too: its daemon, programs and state, once no env is left.',
  examples: [
    ['berth disconnect big-box', 'this side alone'],
    ['berth disconnect big-box --purge --yes', 'and nothing of Berth stays there'],
  ],
  flags: { purge: switchFlag('remove Berth from there too'), yes: yesFlag },
  arguments: [machineArgument],
  async run(context, flags, name) {
    const { machines } = await (await context.client()).call('machine.list', { context: contextOf(flags) })
    const known = machines.map((one) => one.name)
    if (!known.includes(name)) throw notThere(name, known)
    if (flags.purge) await confirm(context, flags.yes, `remove Berth from ${name}?`)
    const input = { context: contextOf(flags), name, purge: flags.purge }
    const data = await runWithProgress(
      context,
      { ...flags, on: 'local' },
      'machine.disconnect',
      `disconnect ${name}`,
      input,
    )
    return {
      data,
      text: data.purged ? `disconnected from ${name}, and Berth is gone from there` : `disconnected from ${name}`,
    }
  },
})

/** Nothing to let go of: another one was meant, or it is done. */
function notThere(name: string, known: readonly string[]) {
  const near = closest(name, known)
  const hint = near === undefined ? 'berth machines shows those there are' : `did you mean ${near}?`
  return failure('MACHINE_NOT_CONNECTED', `not connected to ${name}`, hint)
}
