import { defineCommand, envArgument, projectFlag, textFlag } from '../../command.ts'
import { envRef } from './shared.ts'

/** `berth merge` */
export const mergeCommand = defineCommand<{ project?: string; message?: string }, [string]>({
  name: 'env.merge',
  brief: "Merge an env's work into what you have checked out",
  details:
    'Refuses when uncommitted work of yours would be touched, and leaves everything as it was when there is a conflict.',
  flags: { project: projectFlag, message: { ...textFlag('message of the merge commit', 'text'), letter: 'm' } },
  arguments: [envArgument],
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const env = envRef(context, name, flags.project)
    const data = await client.call('env.merge', { env, message: flags.message })
    const how = data.fastForward ? 'fast-forwarded' : 'merged'
    return { data, text: `${how} ${data.branch}: now at ${data.commit.slice(0, 10)}` }
  },
})
