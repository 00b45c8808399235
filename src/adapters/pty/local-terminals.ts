import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { PassThrough, type Readable } from 'node:stream'
import type { TerminalCommand } from '../../core/envs/exec.ts'
import { AppError } from '../../core/errors.ts'
import type { RunningProgram, TerminalSize, Terminals } from '../../core/ports/terminals.ts'
import type { Host } from '../../core/ports.ts'
import { loginShell } from '../../lib/login-shell.ts'
import { onTerminal, pathDescriptor, resizeCommand } from './commands.ts'

/** How long a program without a terminal has to end after it was told that its caller is gone, ms. */
const farewell = 2000

/** Programs of this machine, on pseudo-terminals or pipes. */
export function createLocalTerminals(host: Host): Terminals {
  return {
    async start({ argv, directory, env }, size) {
      const shell = loginShell(env)
      const command = size === null ? argv : onTerminal(argv, size, shell)
      const own = { ...env, SHELL: size === null ? shell : '/bin/sh' }
      const child = await started(command, { directory, env: own })
      return size === null ? onPipes(child) : onPty(host, child)
    },
  }
}

async function started(
  [file = '', ...args]: readonly string[],
  { directory, env }: Pick<TerminalCommand, 'directory' | 'env'>,
): Promise<ChildProcess> {
  const child = spawn(file, args, {
    // a session of its own: to be ended as a whole, and no terminal of berthd's in sight
    detached: true,
    env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    ...(directory === null ? {} : { cwd: directory }),
  })
  // one that ends without reading all that is typed is no fault
  child.stdin?.on('error', () => undefined)
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>()
  child.once('spawn', () => resolve(child))
  child.once('error', (error) => reject(notStarted(file, directory, error)))
  return promise
}

function notStarted(file: string, directory: string | null, error: NodeJS.ErrnoException): AppError {
  if (error.code === 'ENOENT' && file === 'script')
    return new AppError('TOOL_MISSING', 'script is not installed, which terminals over a token need', {
      hint: 'install util-linux (bsdutils on Debian) on that machine',
    })
  return new AppError('TOOL_MISSING', `${file} cannot be started${directory === null ? '' : ` in ${directory}`}`, {
    details: { startError: error.code },
  })
}

/** What both kinds have in common. */
function running(child: ChildProcess): Pick<RunningProgram, 'output' | 'write' | 'endInput' | 'exitCode'> {
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  return {
    output: merged(child),
    async write(bytes) {
      if (!child.stdin?.writable || child.stdin.write(bytes)) return
      await Promise.race([once(child.stdin, 'drain').catch(() => undefined), ended])
    },
    endInput: () => void child.stdin?.end(),
    exitCode: ended.then(([code, signal]) => code ?? 128 + (signal ? constants.signals[signal] : 0)),
  }
}

function onPipes(child: ChildProcess): RunningProgram {
  // its own programs would wait for the end of what nobody writes
  ;(child.stdio[pathDescriptor] as Readable | null)?.destroy()
  const tell = (signal: NodeJS.Signals) => signalGroup(child, signal)
  return {
    ...running(child),
    resize: async () => undefined,
    interrupt: tell,
    hangUp() {
      tell('SIGHUP')
      const timer = setTimeout(() => tell('SIGKILL'), farewell)
      child.once('close', () => clearTimeout(timer))
    },
  }
}

function onPty(host: Host, child: ChildProcess): RunningProgram {
  const path = firstLine(child.stdio[pathDescriptor] as Readable)
  return {
    ...running(child),
    async resize(size: TerminalSize) {
      const terminal = await path
      // one that ends just now has no size any more
      if (terminal !== '' && child.exitCode === null) await host.run(resizeCommand(terminal, size))
    },
    // Ctrl-C is typed; this is for callers that have no keys
    interrupt: (signal) => void (signal === 'SIGINT' ? child.stdin?.write('\u0003') : child.kill('SIGKILL')),
    // the kernel tells what runs on a terminal that nobody holds any more
    hangUp: () => void child.kill('SIGKILL'),
  }
}

function signalGroup({ pid, exitCode }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined && exitCode === null) process.kill(-pid, signal)
  } catch {
    // it has ended just now
  }
}

async function firstLine(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.trim()
}

/** Both streams as they come, read no faster than they are taken. */
function merged({ stdout, stderr }: ChildProcess): RunningProgram['output'] {
  const all = new PassThrough({ objectMode: true, highWaterMark: 4 })
  let open = 0
  for (const [stream, from] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    open++
    from?.on('data', (bytes: Uint8Array) => {
      if (all.write({ stream, bytes })) return
      from.pause()
      all.once('drain', () => from.resume())
    })
    // destroyed counts: what cannot be read any more has ended
    from?.once('close', () => void (--open === 0 && all.end()))
  }
  return all
}
