/** The terminal a demo types its commands into: what is shown is what a user would see. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname, join } from 'node:path'
import type { TestBerth } from '../tests/support/berth.ts'
import { must } from '../tests/support/must.ts'
import type { TestProject } from '../tests/support/project.ts'

/** Runs commands as a user would: in the project, with berth on the PATH. */
export interface Terminal {
  /** Prints a command and runs it, its output going where ours goes. Throws unless it exits with 0. */
  show: (command: string) => Promise<void>
  /** Runs a command unseen. Throws unless it prints this. */
  expect: (command: string, output: string) => Promise<void>
}

interface TerminalOptions {
  signal: AbortSignal
  /** What runs the commands elsewhere: stands before the shell. */
  within?: readonly string[]
}

/** Shows a heading, then each command with its output. */
export async function chapter(title: string, { show }: Terminal, commands: readonly string[]): Promise<void> {
  console.log(heading(title))
  for (const command of commands) await show(command)
}

/** A terminal in the project's directory. */
export function openTerminal(
  berth: TestBerth,
  project: TestProject,
  { signal, within = [] }: TerminalOptions,
): Terminal {
  const path = [join(import.meta.dirname, '..', 'bin'), process.env['PATH']].join(delimiter)
  const options = { cwd: project.directory, env: { ...berth.env, HOME: dirname(project.directory), PATH: path } }
  return {
    show: async (command) => {
      signal.throwIfAborted()
      console.log(`\n${bold(`$ ${command}`)}`)
      const [program, ...args] = [...within, 'bash', '-c', command]
      const child = spawn(program, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
      const [exitCode] = await once(child, 'exit')
      signal.throwIfAborted()
      if (exitCode !== 0) throw new Error(`exit code ${exitCode}`)
    },
    expect: async (command, output) => {
      const found = await must([...within, 'bash', '-c', command], options)
      if (found !== output) throw new Error(`${command} printed ${found} where it should print ${output}`)
    },
  }
}

function bold(text: string): string {
  return process.stdout.isTTY && !process.env['NO_COLOR'] ? `\u001B[1m${text}\u001B[0m` : text
}

/** How a part of the demo begins. */
export function heading(text: string): string {
  return `\n━━ ${text}`
}
