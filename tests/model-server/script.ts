import { quoteArgument } from '../../src/lib/quote.ts'
import type { Action, Seen, Usage } from './protocol.ts'

/** One thing the model does. Which step answers a request is the number of tool results since the last prompt. */
export type Step =
  /** Runs a command with the agent's shell tool. */
  | { shell: string }
  /** Writes a file with the agent's write tool. */
  | { write: string; content?: string }
  /** Calls any tool by name. */
  | { tool: string; input?: Record<string, unknown> }
  /** The final answer: ends the turn. */
  | { text: string }
  | Failure

/** Answers with an HTTP error, cuts the connection, or never answers. */
export type Failure = { status: number; message?: string } | { drop: 'before' | 'middle' } | { hang: true }

/** A fixed list of steps, or one chosen by what the agent sent. */
export type Script = readonly Step[] | ((seen: Seen) => readonly Step[])

export function isFailure(step: Step): step is Failure {
  return 'status' in step || 'drop' in step || 'hang' in step
}

/** Turns a step into what this agent can do with the tools it offers. */
export function actionFor(step: Exclude<Step, Failure>, seen: Seen, usage: Usage): Action {
  if ('text' in step) return { kind: 'text', text: step.text, usage }
  if ('tool' in step) return { kind: 'tool', name: step.tool, input: step.input ?? {}, usage }
  return ('write' in step && writeAction(step, seen, usage)) || shellAction(commandOf(step), seen, usage)
}

function writeAction({ write, content = '' }: { write: string; content?: string }, seen: Seen, usage: Usage) {
  const path = absolute(write, workingDirectory(seen.context))
  const name = Object.keys(writeTools).find((tool) => seen.tools.includes(tool))
  const argumentsFor = writeTools[name ?? '']
  if (name === undefined || argumentsFor === undefined || path === undefined) return undefined
  return { kind: 'tool', name, input: argumentsFor(path, content), usage } as const
}

function shellAction(command: string, seen: Seen, usage: Usage): Action {
  const name = Object.keys(shellTools).find((tool) => seen.tools.includes(tool))
  const argumentsFor = shellTools[name ?? '']
  if (name === undefined || argumentsFor === undefined) {
    return { kind: 'text', text: `no usable tool among: ${seen.tools.join(', ')}`, usage }
  }
  return { kind: 'tool', name, input: argumentsFor(command), usage }
}

const commandOf = (step: { shell: string } | { write: string; content?: string }) =>
  'shell' in step ? step.shell : `printf %s ${quoteArgument(step.content ?? '')} > ${quoteArgument(step.write)}`

/** Tool names of the four CLIs, and how each takes its arguments. */
const shellTools: Record<string, (command: string) => Record<string, unknown>> = {
  // claude
  Bash: (command) => ({ command, description: 'scripted step' }),
  // opencode
  bash: (command) => ({ command, description: 'scripted step' }),
  // codex: unified exec, the one before it, the oldest
  exec_command: (cmd) => ({ cmd }),
  shell_command: (command) => ({ command }),
  shell: (command) => ({ command: ['bash', '-lc', command] }),
  // gemini
  run_shell_command: (command) => ({ command, description: 'scripted step' }),
}
const writeTools: Record<string, (path: string, content: string) => Record<string, unknown>> = {
  // claude
  Write: (file_path, content) => ({ file_path, content }),
  // opencode
  write: (filePath, content) => ({ filePath, content }),
  // gemini
  write_file: (file_path, content) => ({ file_path, content }),
}

const absolute = (path: string, directory: string | undefined) =>
  path.startsWith('/') ? path : directory && `${directory}/${path}`

/** Every CLI tells the model its working directory somewhere in the prompt. */
function workingDirectory(context: string): string | undefined {
  const found =
    /<cwd>([^<]+)<\/cwd>/.exec(context) ??
    /[Ww]orking directory(?: is)?: *([^\n]+)/.exec(context) ??
    /Workspace Directories:\**\s*- *([^\n]+)/.exec(context)
  return found?.[1]?.trim()
}
