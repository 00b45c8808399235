import { quoteCommand } from '../../lib/quote.ts'
import { AppError } from '../errors.ts'
import type { Host } from '../ports.ts'
import type { MachineDeps } from './deps.ts'
import { notConnected } from './find-machine.ts'
import type { Links } from './links.ts'

/** A program of a machine, for a terminal of this one. */
export interface TerminalRequest {
  context: string
  name: string
  command: { argv: string[]; directory: string | null; env: Record<string, string> }
  tty: boolean
  agent?: string | undefined
}

/** Variables that hold no secret, and may stand in a command line; BERTH_SECRET_… is what a release calls one. */
const open = /^(BERTH|COMPOSE)_(?!SECRET_)/

/**
 * The command that runs a program there on a terminal here: over the connection there is, or one of its own where that
 * broke meanwhile. Variables that may be secret are put into a file there, which is removed when it is read.
 */
export async function terminalThere(
  deps: MachineDeps & { links: Links },
  { context, name, command, tty, agent }: TerminalRequest,
): Promise<{ argv: string[]; directory: null; env: Record<string, string> }> {
  const known = deps.links.list().filter(({ machine }) => machine.context === context)
  const found = known.find(({ machine }) => machine.name === name)
  if (found === undefined)
    throw notConnected(
      name,
      known.map(({ machine }) => machine.name),
    )
  const { control } = deps.machineSockets(context, name)
  const address = { destination: found.machine.destination, control, agent }
  const entries = Object.entries(command.env)
  const secret = entries.filter(([variable]) => !open.test(variable))
  const environmentFile =
    secret.length === 0
      ? undefined
      : await leaveEnvironment((await deps.links.open(context, name, agent)).connection.host, secret)
  const env = Object.fromEntries(entries.filter(([variable]) => open.test(variable)))
  const argv = deps.ways.terminal(address, {
    argv: command.argv,
    directory: command.directory,
    env,
    environmentFile,
    tty,
  })
  return { argv, directory: null, env: {} }
}

async function leaveEnvironment(host: Host, variables: [string, string][]): Promise<string> {
  const names = variables.filter(([name]) => /^[A-Za-z_]\w*$/.test(name))
  const text = names.map(([name, value]) => `export ${name}=${quoteCommand([value])}\n`).join('')
  const { stdout, exitCode, stderr } = await host.run(
    ['/bin/sh', '-c', 'umask 077; file=$(mktemp) && cat >"$file" && printf %s "$file"'],
    { input: text },
  )
  if (exitCode === 0) return stdout.trim()
  throw new AppError('MACHINE_UNREACHABLE', `the environment could not be left there: ${stderr.trim()}`)
}
