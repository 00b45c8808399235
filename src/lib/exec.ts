import { execa } from 'execa'
import { watchGroup } from './process-group.ts'

/** How to start a program: an argument list, never a shell string. */
export interface ExecOptions {
  cwd?: string
  /** The whole environment of the child; the parent's is used when absent. */
  env?: Record<string, string | undefined>
  /** Written to stdin, which is then closed. Without it stdin is empty. */
  input?: string | Uint8Array
  /** A file stdin comes from instead; and one to whose end stdout is added, for what is large or no text (`stdout` is empty then). */
  inputFile?: string
  appendTo?: string
  /** Milliseconds after which the program and all it started are ended (SIGTERM, then SIGKILL after 5 s). */
  timeoutMs?: number
  /** Ends them likewise. */
  signal?: AbortSignal
  /** Called with the process id, which is also that of its process group, once the program runs. */
  onStart?: (pid: number) => void
  /** Called for each line as it is written. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}

/** What a finished program left behind. `exitCode` is undefined when it was ended by a signal or never started. */
export interface ExecResult {
  argv: readonly string[]
  exitCode: number | undefined
  signal: string | undefined
  stdout: string
  stderr: string
  timedOut: boolean
  /** errno name (`ENOENT`: no such program) when the program could not be started. */
  startError: string | undefined
}

/** Runs a program to its end and reports how it ended; does not throw for a non-zero exit. */
export async function exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const [file = '', ...args] = argv
  const child = execa(file, args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: options.env === undefined,
    ...(options.inputFile === undefined ? { input: options.input ?? '' } : { inputFile: options.inputFile }),
    ...(options.appendTo === undefined ? {} : { stdout: { file: options.appendTo, append: true } }),
    // a process group of its own, to be ended as a whole
    detached: true,
    reject: false,
    stripFinalNewline: false,
  })
  const group = child.pid === undefined ? undefined : watchGroup(child.pid, options)
  if (child.pid !== undefined) options.onStart?.(child.pid)
  const { onLine } = options
  const readers = onLine === undefined ? [] : [readLines(child, 'stdout', onLine), readLines(child, 'stderr', onLine)]
  const [result] = await Promise.all([child, ...readers]).finally(() => group?.release())
  return {
    argv,
    exitCode: result.exitCode,
    signal: result.signal,
    stdout: result.stdout ?? '',
    stderr: result.stderr,
    timedOut: group?.timedOut() ?? false,
    startError: result.exitCode === undefined && result.signal === undefined ? (result.code ?? 'UNKNOWN') : undefined,
  }
}

async function readLines(
  child: { iterable(options: { from: 'stdout' | 'stderr' }): AsyncIterable<unknown> },
  stream: 'stdout' | 'stderr',
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
): Promise<void> {
  try {
    for await (const line of child.iterable({ from: stream })) onLine(String(line), stream)
  } catch {
    // The iteration fails when the child does; how it ended is reported by the result itself.
  }
}
