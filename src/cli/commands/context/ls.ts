import { defineCommand, quietFlag } from '../../command.ts'
import type { Ui } from '../../ui/ui.ts'
import type { ContextView } from './shared.ts'

/** `berth context ls` */
export const listCommand = defineCommand<{ quiet: boolean }>({
  name: 'context.list',
  brief: 'All contexts, and what each holds',
  details: 'The one with * is meant where no other is named.',
  flags: { quiet: quietFlag },
  async run(context, flags) {
    const data = await (await context.client(flags.on)).call('context.list', {})
    const text = flags.quiet ? data.contexts.map(({ name }) => name).join('\n') : render(data.contexts, context.ui)
    return { data, text }
  },
})

function render(contexts: readonly ContextView[], { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  return table<ContextView>(
    [
      { title: 'CONTEXT', value: ({ name, current }) => `${name}${current ? ' *' : ''}` },
      { title: 'MACHINES', value: ({ machines }) => listed(machines) },
      { title: 'APPS HERE', value: ({ apps }) => listed(apps) },
      { title: 'VAULTS', value: ({ vaults }) => listed(vaults) },
      {
        title: 'SINCE',
        value: ({ createdAt }) => createdAt?.slice(0, 10) ?? '-',
        spare: true,
        paint: (text) => paint('dim', text),
      },
    ],
    contexts,
  )
}

const listed = (names: readonly string[]) => names.join(', ') || '-'
