import { defineCommand, envArgument, projectFlag } from '../../command.ts'
import { envRef } from './shared.ts'

/** `berth path` */
export const pathCommand = defineCommand<{ project?: string }, [string]>({
  name: 'env.path',
  brief: "Print the path of the project in an env's workspace",
  examples: [['cd "$(berth path feat-x)"', 'go there']],
  flags: { project: projectFlag },
  arguments: [envArgument],
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const { env } = await client.call('env.status', { env: envRef(context, name, flags.project) })
    return { data: { path: env.directory }, text: env.directory, exact: true }
  },
})
