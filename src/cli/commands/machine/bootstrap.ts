import { defineCommand } from '../../command.ts'
import { runWithProgress } from '../env/shared.ts'
import { agentOf, contextOf, machineArgument } from './shared.ts'

/** `berth machine bootstrap` */
export const machineBootstrapCommand = defineCommand<object, [string]>({
  name: 'machine.bootstrap',
  brief: 'Install what a machine lacks: Docker, Compose, tmux, git, rsync (Debian and its kin)',
  details: 'As root there, or with sudo where that asks for no password. What is there already is left alone.',
  arguments: [machineArgument],
  async run(context, flags, name) {
    const input = { context: contextOf(flags), name, ...agentOf(context) }
    const data = await runWithProgress(
      context,
      { ...flags, on: 'local' },
      'machine.bootstrap',
      `prepare ${name}`,
      input,
    )
    const versions = data.facts.requirements.map(({ program, version }) => `${program} ${version ?? 'missing'}`)
    return { data, text: `${name} is ready: ${versions.join(', ')}` }
  },
})
