import { defineCommand, envArgument, numberFlag, projectFlag, servicesArgument, switchFlag } from '../../command.ts'
import { describeServices } from '../../ui/env.ts'
import { sendFlag } from './bring-project.ts'
import { envRef, runMaking, shellVariables } from './shared.ts'

interface Flags {
  project?: string
  build: boolean
  strict: boolean
  noCreate: boolean
  timeout?: number
  send?: readonly string[]
}

/** `berth up` */
export const upCommand = defineCommand<Flags, [string, ...string[]]>({
  name: 'env.up',
  brief: "Start an env's services, made first if missing, and wait until they are healthy",
  flags: {
    project: projectFlag,
    build: switchFlag('build images first'),
    strict: switchFlag('refuse what cannot be isolated'),
    noCreate: switchFlag('refuse when there is no such env'),
    timeout: numberFlag('how long to wait for health', 'seconds'),
    send: sendFlag,
  },
  examples: [
    ['berth up feat-x', 'all its services'],
    ['berth up feat-x web', 'one, and what it depends on'],
  ],
  arguments: [envArgument, servicesArgument],
  async run(context, flags, name, ...services) {
    const ref = envRef(context, name, flags.project)
    const data = await runMaking(context, flags, 'env.up', `up ${name}`, {
      env: ref,
      services,
      build: flags.build,
      strict: flags.strict,
      ...(flags.timeout === undefined ? {} : { timeoutSeconds: flags.timeout }),
      variables: await shellVariables(context, flags, ref),
    })
    return { data, text: describeServices(data.env, context.ui) }
  },
})
