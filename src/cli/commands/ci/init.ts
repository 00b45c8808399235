import { choiceFlag, defineCommand, switchFlag } from '../../command.ts'

/** `berth ci init` */
export const initCommand = defineCommand<{ hook?: 'pre-commit' | 'pre-push'; dryRun: boolean }>({
  name: 'ci.init',
  brief: 'Add what was detected to berth.toml, and the checks to a hook of git',
  details:
    'Writes a [ci] table into berth.toml where no file says yet how the checks run; whatever stands in the file stays. Results are kept in the state directory: there is nothing in the repository to be ignored.',
  examples: [
    ['berth ci init', 'a [ci] table to begin with'],
    ['berth ci init --hook pre-push', 'and the checks before each push'],
  ],
  flags: {
    hook: choiceFlag('run the checks in this hook too', ['pre-commit', 'pre-push']),
    dryRun: switchFlag('show what would be written, write nothing'),
  },
  async run(context, { hook, dryRun }) {
    const client = await context.client()
    const { directory } = context
    const config = await client.call('ci.init', { directory, dryRun })
    const installed =
      hook === undefined || dryRun ? null : (await client.call('ci.hook.install', { directory, hook })).hook
    const lines = [
      config.written ? `${config.file}: [ci] added, for ${config.stages.join(', ')}` : standing(config, dryRun),
      ...(installed === null
        ? []
        : [`${installed.file} runs berth ci${installed.chained ? ', after what it ran before' : ''}`]),
    ]
    return { data: { ...config, hook: installed }, text: lines.join('\n') }
  },
})

function standing({ file, added }: { file: string; added: string }, dryRun: boolean): string {
  if (added === '') return `${file} says already how the checks run; it is as it was`
  return dryRun ? `${file} would get:\n\n${added}` : `${file} is as it was`
}
