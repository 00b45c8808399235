import { defineCommand, envArgument, projectFlag, textFlag } from '../../command.ts'
import { bringFrom } from './bring-from.ts'
import { envRef, noteMixed } from './shared.ts'

/** `berth pull` */
export const pullCommand = defineCommand<{ project?: string; branch?: string; message?: string }, [string]>({
  name: 'env.pull',
  brief: "Bring an env's work into your repository as a branch",
  details:
    'Uncommitted work in the env is committed there first. What you have checked out, staged or changed is not touched.',
  flags: {
    project: projectFlag,
    branch: textFlag('name of the branch here; berth/<env> unless said', 'name'),
    message: { ...textFlag('message of the commit that takes in uncommitted work', 'text'), letter: 'm' },
  },
  arguments: [envArgument],
  async run(context, flags, name) {
    const { branch, message } = flags
    const env = envRef(context, name, flags.project)
    const data =
      context.away !== undefined
        ? await bringFrom(context, 'project.pull', { env, branch, message })
        : await (await context.client()).call('env.pull', { env, branch, message })
    noteMixed(context, data.mixed)
    const news = data.commits === 1 ? '1 new commit' : `${data.commits} new commits`
    return { data, text: `${data.branch} is at ${data.commit.slice(0, 10)}, ${news}` }
  },
})
