import { defineCommand, yesFlag } from '../../command.ts'
import { confirm } from '../../ui/confirm.ts'
import { contextArgument } from './shared.ts'

/** `berth context rm` */
export const removeCommand = defineCommand<object, [string]>({
  name: 'context.remove',
  brief: 'Remove a context, its secrets and its history',
  details: 'Refused while it holds machines or apps: berth disconnect and berth app rm let go of them.',
  examples: [['berth context rm customer-acme --yes', 'without being asked']],
  flags: { yes: yesFlag },
  arguments: [contextArgument],
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const { vaults } = (await client.call('context.show', { name })).context
    if (vaults.length > 0) await confirm(context, flags.yes, `remove ${name} with its secrets (${vaults.join(', ')})?`)
    const data = await client.call('context.remove', { name })
    return { data, text: `context ${name} is gone` }
  },
})
