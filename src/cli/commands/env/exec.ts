import { usage } from '../../failure.ts'
import { runInTerminal } from '../../terminal.ts'
import { defineCommand, envArgument, projectFlag, textFlag } from '../common.ts'
import { envRef } from './shared.ts'

interface Flags {
  project?: string
  user?: string
  workdir?: string
}

/** `berth exec` */
export const execCommand = defineCommand<Flags, string[]>({
  name: 'env.exec',
  brief: "Run a program in a service's container",
  full: 'berth exec ENV [SERVICE] -- COMMAND…  Without a service: the ingress one. Exits with the code of the program.',
  flags: {
    project: projectFlag,
    user: textFlag('run as this user', 'user'),
    workdir: textFlag('in this directory', 'path'),
  },
  positional: { kind: 'array', parameter: envArgument, minimum: 1 },
  async run(context, flags, name, service, ...rest) {
    if (rest.length > 0)
      throw usage('the program to run stands after --', `berth exec ${name} ${service} -- ${rest.join(' ')}`)
    const { stdin, stdout } = context.process
    const client = await context.client(flags.on)
    const command = await client.call('env.exec', {
      env: envRef(context, name ?? '', flags.project),
      ...(service === undefined ? {} : { service }),
      argv: [...(context.tail ?? [])],
      tty: [stdin, stdout].every(({ isTTY }) => isTTY),
      interactive: true,
      ...(flags.user === undefined ? {} : { user: flags.user }),
      ...(flags.workdir === undefined ? {} : { workdir: flags.workdir }),
    })
    const exitCode = await runInTerminal(context, command)
    return { data: { exitCode }, exitCode }
  },
})
