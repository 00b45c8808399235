import type { Output } from '../../../contract/routes.ts'
import { defineCommand, quietFlag } from '../../command.ts'
import type { Ui } from '../../ui/ui.ts'
import { timeText } from '../access/grant-text.ts'
import { contextOf } from '../machine/shared.ts'

type Webhook = Output<'webhook.list'>['webhooks'][number]

/** `berth webhook ls` */
export const listCommand = defineCommand<{ quiet: boolean }>({
  name: 'webhook.list',
  brief: 'The webhooks, and what came last',
  details: 'With --json: the last twenty deliveries of each, and what became of them.',
  flags: { quiet: quietFlag },
  async run(context, flags) {
    const data = await (await context.client(flags.on)).call('webhook.list', { context: contextOf(flags) })
    if (flags.quiet) return { data, text: data.webhooks.map(({ id }) => id).join('\n') }
    if (data.listens === null && data.webhooks.length > 0)
      context.ui.note('nothing listens: set [webhook] listen in config.toml, then berth daemon stop')
    return { data, text: render(data.webhooks, context.ui) }
  },
})

function render(webhooks: readonly Webhook[], { table }: Pick<Ui, 'table'>): string {
  if (webhooks.length === 0) return 'no webhooks: berth webhook map makes one'
  return table<Webhook>(
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'PUSH TO', value: ({ repository, branch }) => `${repository} ${branch}` },
      {
        title: 'DEPLOYS',
        value: ({ app, machines }) => (machines.length === 0 ? app : `${app} on ${machines.join(', ')}`),
      },
      {
        title: 'LAST',
        value: ({ deliveries: [last] }) => (last ? `${timeText(last.at)} ${last.event}: ${last.result}` : '-'),
      },
      { title: 'WHY', value: ({ deliveries: [last] }) => last?.message || '-', spare: true },
    ],
    webhooks,
  )
}
