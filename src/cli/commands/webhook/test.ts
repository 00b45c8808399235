import { exitCodes } from '../../../contract/errors.ts'
import { defineCommand } from '../../command.ts'
import { webhookArgument } from './shared.ts'

/** `berth webhook test` */
export const testCommand = defineCommand<object, [string]>({
  name: 'webhook.test',
  brief: 'Send a signed ping to a webhook, as its provider would',
  details: 'Goes over the network to where berthd listens; nothing is deployed.',
  arguments: [webhookArgument],
  async run(context, flags, id) {
    const data = await (await context.client(flags.on)).call('webhook.test', { id })
    const works = data.status >= 200 && data.status < 300
    return {
      data,
      text: `${works ? 'it answers' : 'it is refused'}: ${data.status} ${data.message}`,
      exitCode: works ? exitCodes.ok : exitCodes.failed,
    }
  },
})
