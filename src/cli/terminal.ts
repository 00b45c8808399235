import type { ChildProcess, StdioOptions } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { isatty } from 'node:tty'
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
    const data = await captureOutput(context, command)
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
  const child = start(context, command, 'inherit')
  // Ctrl-C reaches the child from the terminal itself; Berth waits for what the child makes of it.
  const ignore = () => undefined
  context.process.on('SIGINT', ignore)
  const forward = () => void child.kill('SIGTERM')
  context.process.on('SIGTERM', forward)
  try {
    return await exitOf(child, command)
  } finally {
    context.process.off('SIGINT', ignore)
    context.process.off('SIGTERM', forward)
  }
}

async function captureOutput(context: BerthContext, command: TerminalCommand) {
  const child = start(context, command, ['inherit', 'pipe', 'pipe'])
  const [exitCode, stdout, stderr] = await Promise.all([
    exitOf(child, command),
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
