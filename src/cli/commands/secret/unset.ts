import { defineCommand } from '../../command.ts'
import { usage } from '../../failure.ts'
import { noteFirstUse, type ViewFlags, viewFlags, viewOf } from '../vault/shared.ts'

/** `berth secret unset` */
export const unsetCommand = defineCommand<ViewFlags, string[]>({
  name: 'secret.unset',
  brief: 'Take secrets out of a vault',
  flags: viewFlags,
  arguments: [{ name: 'name', brief: 'names of secrets', repeat: true }],
  async run(context, flags, ...keys) {
    if (keys.length === 0) throw usage('name is missing', 'berth secret unset <name…>')
    const client = await context.client(flags.on)
    const data = await client.call('secret.unset', { ...viewOf(context, flags), keys })
    if (data.firstUse) noteFirstUse(context, [data.file])
    return { data, text: `${data.changed.join(', ')} taken out of ${data.file}` }
  },
})
