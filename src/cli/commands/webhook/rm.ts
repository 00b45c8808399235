import { defineCommand } from '../../command.ts'
import { webhookArgument } from './shared.ts'

/** `berth webhook rm` */
export const removeCommand = defineCommand<object, [string]>({
  name: 'webhook.remove',
  brief: 'Forget a webhook; what was deployed stays',
  arguments: [webhookArgument],
  async run(context, flags, id) {
    const data = await (await context.client(flags.on)).call('webhook.remove', { id })
    const { branch, repository } = data.webhook
    return { data, text: `pushes to ${branch} of ${repository} deploy nothing any more` }
  },
})
