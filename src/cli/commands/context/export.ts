import { defineCommand } from '../../command.ts'
import { contextArgument } from './shared.ts'

/** `berth context export` */
export const exportCommand = defineCommand<object, [string?]>({
  name: 'context.export',
  brief: 'Print what a context is made of, for somebody else to import',
  details:
    'Names and addresses of its machines as JSON: no secret, no key, no history. Refused where an address holds what looks like a secret.',
  examples: [['berth context export customer-acme', 'to stdout: redirect it into a file']],
  arguments: [{ ...contextArgument, optional: true }],
  async run(context, flags, name) {
    const wanted = name ?? flags.context
    const client = await context.client(flags.on)
    const data = await client.call('context.export', wanted === undefined ? {} : { name: wanted })
    return { data, text: JSON.stringify(data.exported, null, 2), exact: true }
  },
})
