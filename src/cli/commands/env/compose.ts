import { defineCommand, envArgument, projectFlag } from '../../command.ts'
import { runAsOutcome } from '../../terminal.ts'
import { runByToken } from '../../token-terminal.ts'
import { envRef, shellVariables } from './shared.ts'

/** `berth compose` */
export const composeCommand = defineCommand<{ project?: string }, [string]>({
  name: 'env.compose',
  brief: "docker compose for an env's project, isolation included",
  details:
    'Everything behind the name of the env goes to docker compose as it is, flags too: flags for berth stand before it. Exits with its exit code.',
  examples: [
    ['berth compose feat-x ps -a', 'its containers'],
    ['berth compose feat-x restart web', 'one of its services'],
  ],
  flags: { project: projectFlag },
  arguments: [envArgument],
  tail: 'after-arguments',
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const env = envRef(context, name, flags.project)
    const argv = [...(context.tail ?? [])]
    if (client.byToken) return runByToken(context, flags, client, 'terminal.compose', { env, argv })
    const variables = await shellVariables(context, flags, env)
    const command = await client.call('env.compose', { env, argv, variables })
    return runAsOutcome(context, flags, command)
  },
})
