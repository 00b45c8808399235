import { defineCommand, envArgument, projectFlag } from '../../command.ts'
import { describeServices } from '../../ui/env.ts'
import { envRef } from './shared.ts'

/** `berth status` */
export const statusCommand = defineCommand<{ project?: string }, [string]>({
  name: 'env.status',
  brief: 'One env, whole',
  flags: { project: projectFlag },
  arguments: [envArgument],
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const data = await client.call('env.status', { env: envRef(context, name, flags.project) })
    const { workspace, branch, subnet } = data.env
    const facts = [`workspace  ${workspace}`, `branch     ${branch ?? '-'}`, `subnet     ${subnet}`].join('\n')
    return { data, text: `${describeServices(data.env, context.ui)}\n\n${facts}` }
  },
})
