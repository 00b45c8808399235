import { defineCommand, envArgument, projectFlag, textFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { onTerminal, runAsOutcome } from '../../terminal.ts'
import { envRef } from './shared.ts'

interface Flags {
  project?: string
  service?: string
}

/** `berth shell` */
export const shellCommand = defineCommand<Flags, [string]>({
  name: 'env.shell',
  brief: "A shell in an env's workspace, or in one of its containers",
  details:
    'Your own shell ($SHELL), with BERTH_ENV, BERTH_WORKSPACE, BERTH_BASE_URL and a BERTH_URL_… for each service; docker compose means the env there.',
  examples: [
    ['berth shell feat-x', 'in the workspace'],
    ['berth shell feat-x --service db', 'in the container of db'],
  ],
  flags: {
    project: projectFlag,
    service: { ...textFlag('in the container of this service', 'service'), complete: 'service' },
  },
  arguments: [envArgument],
  async run(context, flags, name) {
    return runAsOutcome(context, flags, await shellOf(context, flags, name))
  },
})

async function shellOf(context: BerthContext, flags: Flags & CommonFlags, name: string) {
  const client = await context.client(flags.on)
  const env = envRef(context, name, flags.project)
  if (flags.service !== undefined)
    return client.call('env.exec', { env, service: flags.service, tty: !flags.json && onTerminal(), interactive: true })
  return client.run('session.raw', { env, up: false, argv: [context.env['SHELL'] || '/bin/sh'] })
}
