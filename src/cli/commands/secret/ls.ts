import { defineCommand, quietFlag } from '../../command.ts'
import { type ViewFlags, viewFlags, viewOf } from '../vault/shared.ts'

/** `berth secret ls` */
export const lsCommand = defineCommand<ViewFlags & { quiet: boolean }>({
  name: 'secret.list',
  brief: 'Names of the secrets here and where each comes from, never values',
  details:
    'Of several of one name the narrowest scope is taken: a machine before an app, an app before the project, the project before the context.',
  flags: { ...viewFlags, quiet: quietFlag },
  async run(context, flags) {
    const client = await context.client(flags.on)
    const data = await client.call('secret.list', viewOf(context, flags))
    const names = data.secrets.map(({ key }) => key)
    if (flags.quiet) return { data, text: names.join('\n') }
    if (names.length === 0) return { data, text: 'no secrets here; berth secret set <name> keeps one' }
    const text = context.ui.table(
      [
        { title: 'NAME', value: ({ key }) => key },
        { title: 'SCOPE', value: ({ scope }) => scope },
        { title: 'OVERRIDES', value: ({ overrides }) => overrides.join(', '), spare: true },
        { title: 'KEPT', value: ({ encrypted }) => (encrypted ? 'encrypted' : 'plain text') },
        { title: 'FILE', value: ({ file }) => file, spare: true },
      ],
      data.secrets,
    )
    return { data, text }
  },
})
