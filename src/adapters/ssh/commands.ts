import type { RemoteTerminalCommand } from '../../core/ports.ts'
import { quoteArgument, quoteCommand } from '../../lib/quote.ts'
import { parseDestination } from './destination.ts'

/** How one machine is reached with OpenSSH. The user's own config, agent, jump hosts and known_hosts apply. */
export interface SshTarget {
  /** `[user@]host[:port]` or an alias of the ssh config. */
  destination: string
  /** Socket of the connection all commands share; each makes one of its own where nobody listens there. */
  control?: string | undefined
  /** Another ssh config file than the user's (BERTH_SSH_CONFIG). */
  config?: string | undefined
}

/** Seconds until a host that does not answer the first packet is given up. */
const connectTimeout = 10

/** A peer that is silent for this long, seconds, twice in a row is gone: its connection ends 15 s after the last sign of life. */
const aliveInterval = 5

/** What every ssh gets: never asks anything, never hangs, and leaves alone what the user's config says for terminals. */
const common = [
  ['BatchMode', 'yes'],
  ['ConnectTimeout', String(connectTimeout)],
  ['ServerAliveInterval', String(aliveInterval)],
  ['ServerAliveCountMax', '2'],
  ['RemoteCommand', 'none'],
  ['PermitLocalCommand', 'no'],
  ['ForwardX11', 'no'],
] as const

const option = ([name, value]: readonly [string, string]) => ['-o', `${name}=${value}`]

function base({ config, control }: SshTarget, options: readonly (readonly [string, string])[]): string[] {
  return [
    'ssh',
    ...(config === undefined ? [] : ['-F', config]),
    ...[...common, ...options].flatMap(option),
    ...option(['ControlPath', control ?? 'none']),
  ]
}

function destinationOf({ destination }: SshTarget): string[] {
  const { target, port } = parseDestination(destination)
  return [...(port === undefined ? [] : ['-p', String(port)]), '--', target]
}

/** Runs shell text there, without a terminal. */
export function runCommand(target: SshTarget, script: string): string[] {
  const options = [
    ['ControlMaster', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['LogLevel', 'INFO'],
  ] as const
  return [...base(target, [...options, ['RequestTTY', 'no']]), ...destinationOf(target), script]
}

/** Runs shell text there on the caller's terminal. */
export function terminalCommand(target: SshTarget, script: string, tty: boolean): string[] {
  const options = [
    ['ControlMaster', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['LogLevel', 'ERROR'],
  ] as const
  return [...base(target, [...options, ['RequestTTY', tty ? 'force' : 'no']]), ...destinationOf(target), script]
}

/** Makes the shared connection: returns once it stands, and leaves it in the background. */
export function masterCommand(target: SshTarget & { control: string }): string[] {
  const options = [
    ['ControlMaster', 'yes'],
    ['ControlPersist', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['StreamLocalBindUnlink', 'yes'],
    ['StreamLocalBindMask', '0177'],
    ['RequestTTY', 'no'],
    ['LogLevel', 'INFO'],
  ] as const
  return [...base(target, options), '-f', '-N', '-T', ...destinationOf(target)]
}

/** Has the shared connection forward something more, or no longer. Reads no config: its own forwards would come along. */
export function forwardCommand(control: string, verb: 'forward' | 'cancel', forward: Forward): string[] {
  const options = ['-o', 'StreamLocalBindUnlink=yes', '-o', 'ExitOnForwardFailure=yes']
  return ['ssh', '-F', 'none', '-S', control, ...options, '-O', verb, '-L', forwardText(forward), '--', 'berth']
}

/** One local listener, and what it leads to over there. */
export interface Forward {
  /** Path of a unix socket, or `address:port`. */
  listen: string
  connect: string
}

const forwardText = ({ listen, connect }: Forward) => `${listen}:${connect}`

/**
 * The start of a command for programs that bring their own end of it (rsync): they add a host's name, which does not matter
 * here, and what is to run there. Works only while the shared connection stands.
 */
export function sharedShell(control: string): string[] {
  const options = ['-o', 'BatchMode=yes', '-o', 'ControlMaster=no', '-o', 'ClearAllForwardings=yes']
  return ['ssh', '-F', 'none', '-S', control, ...options]
}

/** Asks the shared connection (`check`: its pid on stderr) or ends it (`exit`). */
export function controlCommand(control: string, verb: 'check' | 'exit'): string[] {
  return ['ssh', '-F', 'none', '-S', control, '-O', verb, '--', 'berth']
}

/** Prints what the config means for a destination, one `name value` a line. */
export function resolveCommand(target: SshTarget): string[] {
  return [...base(target, []), '-G', ...destinationOf(target)]
}

/** Connects just far enough to write the host's key into `file`, whether it is known or not. */
export function readKeyCommand(target: SshTarget, file: string): string[] {
  const options = [
    ['StrictHostKeyChecking', 'accept-new'],
    ['UserKnownHostsFile', file],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['ControlMaster', 'no'],
    ['PreferredAuthentications', 'none'],
    ['RequestTTY', 'no'],
  ] as const
  return [...base({ ...target, control: undefined }, options), ...destinationOf(target), 'exit']
}

/** What `remoteScript` writes on stderr before the program starts, and what it means. */
export const mark = '\u001eberth:'

/** How to run a program there. */
export interface RemoteRun {
  argv: readonly string[]
  cwd?: string | undefined
  /** The whole environment is read from stdin: so many bytes of shell text. */
  environmentBytes?: number | undefined
}

/**
 * Shell text for any login shell that starts a program in its directory and says on stderr, in one line before that,
 * which process it became or why it cannot be started.
 */
export function remoteScript({ argv, cwd, environmentBytes }: RemoteRun): string {
  const [program = ''] = argv
  const say = (text: string) => `printf '\\036berth:%s\\n' ${text} >&2`
  const lines = [
    ...(environmentBytes === undefined ? [] : [`eval "$(dd bs=1 count=${environmentBytes} 2>/dev/null)"`]),
    ...(cwd === undefined ? [] : [`cd -- ${quoteCommand([cwd])} 2>/dev/null || { ${say('no-directory')}; exit 126; }`]),
    `command -v ${quoteCommand([program])} >/dev/null 2>&1 || { ${say('no-program')}; exit 127; }`,
    say('"$$"'),
    `exec ${quoteCommand(argv)}`,
  ]
  const shell = environmentBytes === undefined ? ['/bin/sh'] : ['env', '-i', '/bin/sh']
  return quoteCommand(['exec', ...shell, '-c', lines.join('\n')])
}

/** An environment as shell text that exports it. Names a shell cannot take are left out. */
export function environmentText(env: Record<string, string | undefined>): string {
  const words = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && /^[A-Za-z_]\w*$/.test(name) ? [`${name}=${quoteArgument(value)}`] : [],
  )
  return words.length === 0 ? ':' : `export ${words.join(' ')}`
}

/**
 * A command for a terminal there: in its directory, with these variables beside those of the login. A shell stays with it
 * and passes on its exit code, 128 + n where signal n ended it, which ssh alone would report as 255.
 */
export function terminalScript({ argv, directory, env, environmentFile }: Omit<RemoteTerminalCommand, 'tty'>): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const lines = [
    ...(environmentFile === undefined
      ? []
      : [`. ${quoteCommand([environmentFile])}`, `rm -f -- ${quoteCommand([environmentFile])}`]),
    ...(directory === null ? [] : [`cd -- ${quoteCommand([directory])} || exit 126`]),
    // a handler, and not `ignore`, which the program would inherit
    'trap : INT QUIT',
    quoteCommand(variables.length === 0 ? argv : ['env', ...variables, ...argv]),
    'exit $?',
  ]
  return quoteCommand(['exec', '/bin/sh', '-c', lines.join('\n')])
}

/** Adds stdin to the end of a file there. */
export function appendCommand(target: SshTarget, file: string): string[] {
  return runCommand(target, quoteCommand(['exec', '/bin/sh', '-c', `exec cat >> ${quoteArgument(file)}`]))
}
