import type { Output } from '../../../contract/routes.ts'
import { defineCommand, numberFlag, textFlag } from '../../command.ts'
import type { Ui } from '../../ui/ui.ts'

type Entry = Output<'audit.list'>['entries'][number]

/** Entries shown unless said otherwise. */
const usualCount = 50

/** `berth audit` */
export const auditCommand = defineCommand<{ who?: string; count?: number }>({
  name: 'audit.list',
  brief: 'Who did what on a machine, when, and how it ended',
  details:
    'Every call with a token, every call that was refused, and every change of the owner; the newest last. What the owner only looks at is not kept, nor what a command carried beyond names.',
  examples: [
    ['berth audit', 'the last of all'],
    ['berth audit --who nobody', 'who was not let in'],
  ],
  flags: {
    who: textFlag('owner, nobody, or the id of a token', 'who'),
    count: numberFlag(`the last so many, ${usualCount} unless said`, 'count', 'n'),
  },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const wanted = { limit: flags.count ?? usualCount, ...(flags.who === undefined ? {} : { who: flags.who }) }
    const data = await client.call('audit.list', wanted)
    return { data, text: render(data.entries.toReversed(), context.ui) }
  },
})

function render(entries: readonly Entry[], { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  if (entries.length === 0) return 'nothing yet'
  return table<Entry>(
    [
      { title: 'WHEN', value: ({ at }) => at.slice(0, 19).replace('T', ' ') },
      { title: 'WHO', value: ({ who, holder }) => (holder === null ? who : `${holder} (${who})`) },
      { title: 'FROM', value: ({ from }) => from, spare: true },
      { title: 'WHAT', value: ({ what }) => what },
      { title: 'ABOUT', value: ({ subject }) => subject ?? '-' },
      {
        title: 'RESULT',
        value: ({ result }) => result,
        paint: (text, { result }) => paint(result === 'ok' ? 'green' : 'red', text),
      },
      { title: 'MS', value: ({ ms }) => String(Math.round(ms)), spare: true },
    ],
    entries,
  )
}
