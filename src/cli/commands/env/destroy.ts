import { defineCommand, envArgument, projectFlag, switchFlag, yesFlag } from '../../command.ts'
import type { CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { confirm } from '../../ui/confirm.ts'
import { envRef, runWithProgress } from './shared.ts'

interface Flags {
  project?: string
  keepWorkspace: boolean
  all: boolean
}

/** `berth destroy` */
export const destroyCommand = defineCommand<Flags, string[]>({
  name: 'env.destroy',
  brief: 'Remove an env without a trace: containers, data, names, workspace',
  details:
    'Asks first; --yes answers. What Berth did not make is never touched: the project itself, its branches, images pulled for it.',
  examples: [
    ['berth destroy feat-x', 'one'],
    ['berth destroy feat-x feat-y --yes', 'two, unasked'],
    ['berth destroy --all --project shop', 'every env of a project'],
  ],
  flags: {
    project: projectFlag,
    keepWorkspace: switchFlag('leave its directory where it is'),
    all: switchFlag('every env (of the project, when one is named)'),
    yes: yesFlag,
  },
  arguments: [{ ...envArgument, optional: true, repeat: true }],
  async run(context, flags, ...names) {
    if (names.length === 0 && !flags.all) throw usage('name an env, or pass --all', 'berth ls shows the envs there are')
    if (names.length > 0 && flags.all) throw usage('name envs or pass --all, not both')
    const refs = flags.all ? await everyEnv(context, flags) : names.map((name) => envRef(context, name, flags.project))
    const listed = refs.map(({ name }) => name).join(', ')
    if (refs.length > 0) await confirm(context, flags.yes, `destroy ${listed}, data included?`)
    const destroy = (env: (typeof refs)[number]) => {
      const { keepWorkspace } = flags
      return runWithProgress(context, flags, 'env.destroy', `destroy ${env.name}`, { env, keepWorkspace })
    }
    // a shared instance can only go when nobody uses it any more
    const destroyed = [
      ...(await Promise.all(refs.filter((ref) => !isInstance(ref)).map(destroy))),
      ...(await Promise.all(refs.filter(isInstance).map(destroy))),
    ]
    const lines = destroyed.map(
      ({ project, name, workspace }) =>
        `${project}/${name} is gone${workspace ? `; its workspace stays in ${workspace}` : ''}`,
    )
    return {
      data: { destroyed },
      text: lines.join('\n') || 'there is no env',
    }
  },
})

async function everyEnv(context: Parameters<typeof envRef>[0], flags: Flags & CommonFlags) {
  const client = await context.client(flags.on)
  const { envs } = await client.call('env.list', flags.project === undefined ? {} : { project: flags.project })
  return envs.map(({ project, name, serves }) => ({ name, project, serves }))
}

const isInstance = (ref: object) => 'serves' in ref && ref.serves !== null
