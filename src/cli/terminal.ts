import type { ChildProcess, StdioOptions } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { isatty } from 'node:tty'
import { exitCodes } from '../contract/errors.ts'
import type { Outcome } from './command.ts'
import type { BerthContext, CommonFlags } from './context.ts'
import { failure } from './failure.ts'

/** A program for this terminal to run. */
export interface TerminalCommand {
  argv: string[]
  directory: string | null
  env: Record<string, string>
}

/** Whether a program started here has a terminal: where both its input and its output are one. */
export const onTerminal = (): boolean => isatty(0) && isatty(1)

/** Runs a program and returns its exit code as the outcome; with --json what it prints is caught, and part of the document. */
export async function runAsOutcome(
  context: BerthContext,
  { json }: Pick<CommonFlags, 'json'>,
  command: TerminalCommand,
): Promise<Outcome> {
  if (json) {
    const data = await captureOutput(context, await here(context, command, false))
    return { data, exitCode: data.exitCode }
  }
  const exitCode = await runInTerminal(context, command)
  return { data: { exitCode }, exitCode }
}

/**
 * Runs a program with this terminal as its own: same input, output, size and Ctrl-C. Returns its exit code, 128 + n
 * when signal n ended it. Throws TOOL_MISSING.
 */
export async function runInTerminal(context: BerthContext, command: TerminalCommand): Promise<number> {
  const own = await here(context, command, onTerminal())
  return untilEnd(context, own, start(context, own, 'inherit'))
}

/** A command as this machine runs it. */
interface OwnCommand extends TerminalCommand {
  /** What ends the program on another machine, where it has no terminal there that takes it along. */
  ending?: TerminalCommand
}

/** What ssh exits with when it could not do its work. */
const lostBySsh = 255

/** The exit code of a child. Ctrl-C reaches it from the terminal itself; Berth waits for what the child makes of it. */
async function untilEnd(context: BerthContext, own: OwnCommand, child: ChildProcess): Promise<number> {
  let interrupted = false
  const note = () => void (interrupted = true)
  const forward = () => {
    interrupted = true
    child.kill('SIGTERM')
  }
  context.process.on('SIGINT', note)
  context.process.on('SIGTERM', forward)
  try {
    const exitCode = await exitOf(child, own)
    if (!interrupted || !own.ending) return exitCode
    await tellToEnd(context, own.ending)
    // ssh says so too when it is ended itself
    return exitCode === lostBySsh ? exitCodes.interrupted : exitCode
  } finally {
    context.process.off('SIGINT', note)
    context.process.off('SIGTERM', forward)
  }
}

/** How often a program of another machine is told to end. */
const tellings = 3

/** The line may be lost with the command that was ended on it: then it is told over another. */
async function tellToEnd(context: BerthContext, ending: TerminalCommand): Promise<void> {
  for (let told = 0; told < tellings; told++) if ((await exitOf(start(context, ending, 'ignore'), ending)) === 0) return
}

/** The command as this machine runs it: for a program of another one that is ssh. */
async function here(context: BerthContext, command: TerminalCommand, tty: boolean): Promise<OwnCommand> {
  if (context.away === undefined) return command
  if (tty) return overSsh(context, command, true)
  const call = process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex')
  const marked = { ...command, env: { ...command.env, BERTH_CALL: call } }
  const ending = { argv: ['/bin/sh', '-c', endScript, 'berth', call], directory: null, env: {} }
  // both now: after Ctrl-C nobody is asked anything any more
  const [own, end] = await Promise.all([overSsh(context, marked, false), overSsh(context, ending, false)])
  return { ...own, ending: end }
}

async function overSsh(context: BerthContext, command: TerminalCommand, tty: boolean): Promise<TerminalCommand> {
  const { away, env } = context
  if (away === undefined) return command
  const agent = env['SSH_AUTH_SOCK'] ? { agent: env['SSH_AUTH_SOCK'] } : {}
  const input = { context: away.context, name: away.machine, command, tty, ...agent }
  return (await context.client()).call('machine.terminal', input)
}

/**
 * Without a terminal sshd leaves a program running when nobody listens to it any more: it is told as Ctrl-C tells it here. The
 * shell around it leads its process group, and has the mark in its command line.
 */
const endScript = `
for leader in $(pgrep -f "BERTH_CALL=$1"); do
  kill -s INT -- "-$leader" 2>/dev/null || continue
  i=0
  while kill -s 0 -- "-$leader" 2>/dev/null && [ $i -lt 20 ]; do i=$((i+1)); sleep 0.1; done
  kill -s TERM -- "-$leader" 2>/dev/null
done
exit 0`

async function captureOutput(context: BerthContext, command: OwnCommand) {
  const child = start(context, command, ['inherit', 'pipe', 'pipe'])
  const [exitCode, stdout, stderr] = await Promise.all([
    untilEnd(context, command, child),
    textOf(child.stdout),
    textOf(child.stderr),
  ])
  return { exitCode, stdout, stderr }
}

async function textOf(stream: Readable | null): Promise<string> {
  const chunks = (await stream?.toArray()) as Buffer[] | undefined
  return Buffer.concat(chunks ?? []).toString('utf8')
}

function start(context: BerthContext, { argv, directory, env }: TerminalCommand, stdio: StdioOptions): ChildProcess {
  const [file = '', ...args] = argv
  // loaded here: 3 ms that only those who run something should pay
  const { spawn } = process.getBuiltinModule('node:child_process')
  return spawn(file, args, {
    stdio,
    env: { ...context.env, ...env },
    ...(directory === null ? {} : { cwd: directory }),
  })
}

function exitOf(child: ChildProcess, { argv: [file] }: TerminalCommand): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.on('error', (error) => reject(failure('TOOL_MISSING', `${file} cannot be started: ${error.message}`)))
  child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? (constants.signals[signal] ?? 0) : 0)))
  return promise
}
