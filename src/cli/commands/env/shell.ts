import type { Client } from '../../../client/client.ts'
import { loginShell } from '../../../lib/login-shell.ts'
import { defineCommand, envArgument, projectFlag, textFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { onTerminal, runAsOutcome } from '../../terminal.ts'
import { runByToken } from '../../token-terminal.ts'
import { envRef } from './shared.ts'

type Env = ReturnType<typeof envRef>

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
    const client = await context.client(flags.on)
    const env = envRef(context, name, flags.project)
    const { service } = flags
    if (!client.byToken) return runAsOutcome(context, flags, await shellOf(context, client, env, flags))
    return service === undefined
      ? runByToken(context, flags, client, 'terminal.raw', { env, argv: ownShell(context) })
      : runByToken(context, flags, client, 'terminal.exec', { env, service })
  },
})

function shellOf(context: BerthContext, client: Client, env: Env, { service, json }: Flags & CommonFlags) {
  if (service !== undefined)
    return client.call('env.exec', { env, service, tty: !json && onTerminal(), interactive: true })
  return client.run('session.raw', { env, up: false, argv: ownShell(context) })
}

/** The user's own shell: this machine's, or on another one what the login there says. */
function ownShell({ env, away }: BerthContext): string[] {
  return away === undefined ? [loginShell(env)] : ['/bin/sh', '-c', 'exec "${SHELL:-/bin/sh}"']
}
