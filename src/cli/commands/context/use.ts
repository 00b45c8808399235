import { defineCommand } from '../../command.ts'
import { contextArgument } from './shared.ts'

/** `berth context use` */
export const useCommand = defineCommand<object, [string]>({
  name: 'context.use',
  brief: 'Mean a context from now on, where none is named',
  details: '--context and BERTH_CONTEXT go before it, for one command and for one shell.',
  examples: [['berth context use default', 'back to the usual one']],
  arguments: [contextArgument],
  async run(context, flags, name) {
    const data = await (await context.client(flags.on)).call('context.use', { name })
    return { data, text: `context ${name} is meant from now on` }
  },
})
