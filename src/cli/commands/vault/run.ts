import { defineCommand } from '../../command.ts'
import { usage } from '../../failure.ts'
import { runAsOutcome } from '../../terminal.ts'
import { noteFirstUse, type ViewFlags, viewFlags, viewOf } from './shared.ts'

/** `berth vault run` */
export const runCommand = defineCommand<ViewFlags>({
  name: 'vault.run',
  brief: 'Run a command with the secrets as its environment',
  details: 'It exits with the code of the command. The secrets are in no file and in no argument list.',
  forms: ['-- <command…>'],
  examples: [['berth vault run -- npm start', "with this project's secrets"]],
  flags: viewFlags,
  tail: 'after-dashes',
  async run(context, flags) {
    const argv = context.tail ?? []
    if (argv.length === 0) throw usage('no command stands after --', 'berth vault run -- <command…>')
    const client = await context.client(flags.on)
    const { values, firstUse } = await client.call('vault.open', viewOf(context, flags))
    noteFirstUse(context, firstUse)
    return runAsOutcome(context, flags, { argv: [...argv], directory: null, env: values })
  },
})
