import { defineCommand, envArgument, projectFlag, textFlag } from '../../command.ts'
import { onTerminal, runAsOutcome } from '../../terminal.ts'
import { runByToken } from '../../token-terminal.ts'
import { envRef } from './shared.ts'

interface Flags {
  project?: string
  user?: string
  workdir?: string
}

/** `berth exec` */
export const execCommand = defineCommand<Flags, [string, string?]>({
  name: 'env.exec',
  brief: "Run a program in a service's container",
  details: 'Without a service: the ingress one. Without a program: a shell. Exits with the code of the program.',
  examples: [
    ['berth exec feat-x -- npm test', 'in the ingress service'],
    ['berth exec feat-x db -- psql -U app', 'in another one'],
    ['berth exec feat-x api', 'a shell'],
  ],
  flags: {
    project: projectFlag,
    user: textFlag('run as this user', 'user'),
    workdir: textFlag('in this directory', 'path'),
  },
  arguments: [envArgument, { name: 'service', brief: 'in which container', optional: true, complete: 'service' }],
  tail: 'after-dashes',
  async run(context, flags, name, service) {
    const client = await context.client(flags.on)
    const asked = {
      env: envRef(context, name, flags.project),
      ...(service === undefined ? {} : { service }),
      argv: [...(context.tail ?? [])],
      ...(flags.user === undefined ? {} : { user: flags.user }),
      ...(flags.workdir === undefined ? {} : { workdir: flags.workdir }),
    }
    if (client.byToken) return runByToken(context, flags, client, 'terminal.exec', asked)
    const command = await client.call('env.exec', { ...asked, tty: !flags.json && onTerminal(), interactive: true })
    return runAsOutcome(context, flags, command)
  },
})
