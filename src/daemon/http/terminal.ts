import {
  type Frame,
  frameHeader,
  frameStreams,
  frameTypes,
  jsonFrame,
  readFrames,
  writeFrameHeader,
} from '../../contract/frames.ts'
import { composeInEnv } from '../../core/envs/compose.ts'
import { execMarked, type MarkedCommand, type TerminalCommand } from '../../core/envs/exec.ts'
import { findEnv } from '../../core/envs/find-env.ts'
import { AppError } from '../../core/errors.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { RunningProgram, TerminalSize } from '../../core/ports/terminals.ts'
import { rawInEnv } from '../../core/run/run-in-env.ts'
import { attachSession } from '../../core/sessions/attach-session.ts'
import { inheritable } from '../../core/sessions/session-environment.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Pieces } from './answer.ts'
import type { Handlers, TerminalStream } from './app.ts'
import { errorBody } from './errors.ts'

interface Asked {
  terminal: TerminalSize | null
  environment: Record<string, string>
}

/** Routes of terminals: the same commands that a caller with SSH is given, run here. */
export function terminalHandlers(deps: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `terminal.${string}`>> {
  const run = (input: Asked, stream: TerminalStream, command: TerminalCommand | MarkedCommand) =>
    onStream(deps, input, stream, command)
  return {
    'terminal.exec': async (input, stream) => {
      const asked = { ...input, tty: input.terminal !== null, interactive: true }
      return run(input, stream, await execMarked(deps, asked, deps.ids.secret()))
    },
    'terminal.raw': async (input, stream) => {
      const start = { ...input, create: null, up: false, variables: {} }
      return run(input, stream, await rawInEnv(deps, start, silent(deps, stream.signal)))
    },
    'terminal.attach': async (input, stream) => {
      if (input.terminal === null) throw new AppError('SESSION_FAILED', 'a session can only be joined on a terminal')
      const command = await attachSession(deps, { env: await findEnv(deps, input.env), name: input.session })
      return run(input, stream, { ...command, directory: null })
    },
    'terminal.compose': async (input, stream) =>
      run(input, stream, await composeInEnv(deps, { ...input, variables: {} })),
  }
}

/** Nothing is made or brought up for a terminal, so there is nothing to tell. */
const silent = ({ ids }: DaemonDeps, signal: AbortSignal): OperationScope => ({
  id: ids.short(12),
  emit: () => undefined,
  signal,
})

/** Starts the command as the machine's user, as a login of theirs would, and joins it with its caller. */
async function onStream(
  deps: DaemonDeps,
  { terminal, environment }: Asked,
  { typed, signal }: TerminalStream,
  command: TerminalCommand | MarkedCommand,
): Promise<Pieces> {
  const login = inheritable(await deps.programs.loginEnvironment())
  signal.throwIfAborted()
  const env = { ...login, ...environment, ...command.env }
  const program = reaching(deps, command, await deps.terminals.start({ ...command, env }, terminal))
  signal.addEventListener('abort', () => program.hangUp(), { once: true })
  if (signal.aborted) program.hangUp()
  void follow(program, typed)
  return frames(program, signal)
}

/** A program in a container hears of it too when its caller is gone, or presses Ctrl-C without a terminal. */
function reaching(
  { host }: DaemonDeps,
  command: TerminalCommand | MarkedCommand,
  program: RunningProgram,
): RunningProgram {
  if (!('tell' in command)) return program
  const tell = (signal: 'HUP' | 'INT' | 'TERM') => {
    const { argv, env } = command.tell(signal)
    // where the engine or the container is gone, so is the program
    host.run(argv, { env: { ...process.env, ...env } }).catch(() => undefined)
  }
  return {
    ...program,
    interrupt: (signal) => tell(signal === 'SIGINT' ? 'INT' : 'TERM'),
    hangUp() {
      program.hangUp()
      tell('HUP')
    },
  }
}

/** Does what the caller sends, in its order, until it sends no more. */
async function follow(program: RunningProgram, typed: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const frame of readFrames(typed)) await obey(program, frame)
  } catch {
    // what is no frame ends what is typed, as its end does
  }
  program.endInput()
}

async function obey(program: RunningProgram, { type, payload }: Frame): Promise<void> {
  if (type === frameTypes.input) return program.write(payload)
  if (type === frameTypes.inputEnd) return program.endInput()
  if (type === frameTypes.resize) return program.resize(sizeIn(payload))
  if (type === frameTypes.signal) program.interrupt(payload.toString().includes('SIGINT') ? 'SIGINT' : 'SIGTERM')
}

/** Throws for what is no size. */
function sizeIn(payload: Buffer): TerminalSize {
  const { columns, rows } = JSON.parse(payload.toString()) as Partial<TerminalSize>
  const isSize = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) > 0 && Number(value) <= 10_000
  if (!isSize(columns) || !isSize(rows)) throw new AppError('USAGE', 'a window has columns and rows')
  return { columns, rows }
}

async function* frames(program: RunningProgram, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const { stream, bytes } of program.output) {
    const frame = Buffer.concat([Buffer.alloc(frameHeader), bytes])
    yield writeFrameHeader(frame, frameTypes.output, 0, frameStreams[stream])
  }
  const exitCode = await program.exitCode
  const reason: unknown = signal.reason
  yield reason instanceof AppError
    ? jsonFrame(frameTypes.error, errorBody(reason))
    : jsonFrame(frameTypes.exit, { exitCode })
}
