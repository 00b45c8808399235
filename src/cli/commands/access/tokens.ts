import type { Output } from '../../../contract/routes.ts'
import { defineCommand, quietFlag, switchFlag } from '../../command.ts'
import type { Ui } from '../../ui/ui.ts'
import { quotaText, timeText } from './grant-text.ts'

type Token = Output<'token.list'>['tokens'][number]

/** `berth tokens` */
export const tokensCommand = defineCommand<{ quiet: boolean; all: boolean }>({
  name: 'token.list',
  brief: 'The tokens you gave out, and what each allows',
  examples: [
    ['berth tokens', 'the valid ones of this machine'],
    ['berth tokens --on big-box --all', 'those that ended too, of another one'],
  ],
  flags: { quiet: quietFlag, all: switchFlag('ended ones too') },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const { tokens, api } = await client.call('token.list', {})
    const shown = flags.all ? tokens : tokens.filter(({ state }) => state === 'valid')
    const text = flags.quiet ? shown.map(({ id }) => id).join('\n') : render(shown, context.ui)
    return { data: { tokens: shown, api }, text }
  },
})

function render(tokens: readonly Token[], { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  if (tokens.length === 0) return 'no tokens: berth login MACHINE --for WHOM issues one'
  return table<Token>(
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'FOR', value: ({ holder }) => holder },
      { title: 'SCOPE', value: ({ access, programs }) => (programs ? `${access}, programs` : access) },
      { title: 'PROJECTS', value: ({ projects }) => projects?.join(', ') ?? 'all' },
      {
        title: 'STATE',
        value: ({ state }) => state,
        paint: (text, { state }) => paint(state === 'valid' ? 'green' : 'dim', text),
      },
      { title: 'UNTIL', value: ({ expiresAt }) => (expiresAt === null ? '-' : timeText(expiresAt)) },
      {
        title: 'LAST USED',
        value: ({ lastUsedAt }) => (lastUsedAt === null ? '-' : timeText(lastUsedAt)),
        spare: true,
      },
      { title: 'QUOTA', value: (token) => quotaText(token) ?? '-', spare: true },
    ],
    tokens,
  )
}
