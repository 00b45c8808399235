import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { BerthContext } from './context.ts'
import { failure } from './failure.ts'

/** A program for this terminal to run. */
export interface TerminalCommand {
  argv: string[]
  directory: string | null
  env: Record<string, string>
}

/**
 * Runs a program with this terminal as its own: same input, output, size and Ctrl-C. Returns its exit code, 128 + n
 * when signal n ended it. Throws TOOL_MISSING.
 */
export async function runInTerminal(context: BerthContext, command: TerminalCommand): Promise<number> {
  const [file = '', ...args] = command.argv
  // loaded here: 3 ms that only those who run something should pay
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(file, args, {
    stdio: 'inherit',
    env: { ...context.env, ...command.env },
    ...(command.directory === null ? {} : { cwd: command.directory }),
  })
  // Ctrl-C reaches the child from the terminal itself; Berth waits for what the child makes of it.
  const ignore = () => undefined
  context.process.on('SIGINT', ignore)
  const forward = () => void child.kill('SIGTERM')
  context.process.on('SIGTERM', forward)
  try {
    return await exitOf(child, file)
  } finally {
    context.process.off('SIGINT', ignore)
    context.process.off('SIGTERM', forward)
  }
}

function exitOf(child: ChildProcess, file: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.on('error', (error) => reject(failure('TOOL_MISSING', `${file} cannot be started: ${error.message}`)))
  child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? (constants.signals[signal] ?? 0) : 0)))
  return promise
}
