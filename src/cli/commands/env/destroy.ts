import type { Output } from '../../../contract/routes.ts'
import { defineCommand, envArgument, projectFlag, switchFlag, yesFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { confirm } from '../../ui/confirm.ts'
import { envRef, runWithProgress } from './shared.ts'

interface Flags {
  project?: string
  keepWorkspace: boolean
  all: boolean
}

type EnvView = Output<'env.list'>['envs'][number]

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
    const envs = flags.all ? await everyEnv(context, flags) : await namedEnvs(context, flags, names)
    const listed = envs.map(({ project, name }) => `${project}/${name}`).join(', ')
    const where = flags.on === undefined ? '' : ` on ${flags.on}`
    if (envs.length > 0) await confirm(context, flags.yes, `destroy ${listed}${where}, data included?`)
    const destroy = ({ project, name }: EnvView) => {
      const input = { env: { project, name }, keepWorkspace: flags.keepWorkspace }
      return runWithProgress(context, flags, 'env.destroy', `destroy ${name}`, input)
    }
    // a shared instance can only go when nobody uses it any more
    const destroyed = [
      ...(await Promise.all(envs.filter(({ serves }) => serves === null).map(destroy))),
      ...(await Promise.all(envs.filter(({ serves }) => serves !== null).map(destroy))),
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

async function everyEnv(context: BerthContext, flags: Flags & CommonFlags) {
  const client = await context.client(flags.on)
  const { envs } = await client.call('env.list', flags.project === undefined ? {} : { project: flags.project })
  return envs
}

/** Looked up before anything is asked: the question names what is meant, and a mistyped name ends here. */
async function namedEnvs(context: BerthContext, flags: Flags & CommonFlags, names: readonly string[]) {
  const client = await context.client(flags.on)
  const found = await Promise.all(
    names.map((name) => client.call('env.status', { env: envRef(context, name, flags.project) })),
  )
  return [...new Map(found.map(({ env }) => [env.id, env])).values()]
}
