import { defineCommand } from '../../command.ts'
import { completionScripts } from '../../completion/scripts.ts'

const shells = Object.keys(completionScripts)

/** `berth completion` */
export const completionCommand = defineCommand<object, [string]>({
  name: 'completion',
  brief: 'Print the completion script of a shell',
  details: 'Completes commands and flags, and env, service, session and project names as they are at that moment.',
  examples: [
    ['eval "$(berth completion bash)"', 'in ~/.bashrc'],
    ['berth completion zsh > "${fpath[1]}/_berth"', 'once, then a new shell'],
    ['berth completion fish > ~/.config/fish/completions/berth.fish', 'once'],
  ],
  arguments: [{ name: 'shell', brief: shells.join(', '), choices: shells }],
  async run(_context, _flags, shell) {
    const script = completionScripts[shell] ?? ''
    return { data: { shell, script }, text: script }
  },
})
