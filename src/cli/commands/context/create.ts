import { defineCommand, switchFlag } from '../../command.ts'

/** `berth context create` */
export const createCommand = defineCommand<{ use: boolean }, [string]>({
  name: 'context.create',
  brief: 'Make a context',
  details:
    'A context has its own machines, apps, secrets and events. Nothing of one is seen from another; envs and sessions are outside of them.',
  examples: [
    ['berth context create customer-acme', 'then berth connect web-1 --context customer-acme'],
    ['berth context create oss-demo --use', 'and mean it from now on'],
  ],
  flags: { use: switchFlag('mean it from now on where none is named') },
  arguments: [{ name: 'context', brief: 'its name' }],
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const made = await client.call('context.create', { name })
    if (!flags.use)
      return { data: made, text: `context ${name} is there: add --context ${name}, or berth context use ${name}` }
    return { data: await client.call('context.use', { name }), text: `context ${name} is there, and meant from now on` }
  },
})
