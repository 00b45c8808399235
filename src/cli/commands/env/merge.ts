import { defineCommand, envArgument, projectFlag, textFlag } from '../../command.ts'
import { bringFrom } from './bring-from.ts'
import { envRef, noteMixed } from './shared.ts'

/** `berth merge` */
export const mergeCommand = defineCommand<{ project?: string; message?: string }, [string]>({
  name: 'env.merge',
  brief: "Merge an env's work into what you have checked out",
  details:
    'Refuses when uncommitted work of yours would be touched, and leaves everything as it was when there is a conflict.',
  flags: { project: projectFlag, message: { ...textFlag('message of the merge commit', 'text'), letter: 'm' } },
  arguments: [envArgument],
  async run(context, flags, name) {
    const { message } = flags
    const env = envRef(context, name, flags.project)
    const data =
      context.away !== undefined
        ? await bringFrom(context, 'project.merge', { env, message })
        : await (await context.client()).call('env.merge', { env, message })
    noteMixed(context, data.mixed)
    const how = data.fastForward ? 'fast-forwarded' : 'merged'
    return { data, text: `${how} ${data.branch}: now at ${data.commit.slice(0, 10)}` }
  },
})
