import type { Client } from '../client/client.ts'
import { ClientError, interrupted } from '../client/failure.ts'
import type { ApiError } from '../contract/events.ts'
import { type Frame, frameStreams, frameTypes } from '../contract/frames.ts'
import type { Input } from '../contract/routes.ts'
import type { Outcome } from './command.ts'
import type { BerthContext, CommonFlags } from './context.ts'
import { failure } from './failure.ts'
import { onTerminal } from './terminal.ts'
import { startTyping } from './typing.ts'
import { drained } from './ui/drained.ts'

/** Routes that run a program for a terminal of ours. */
type TerminalRoute = 'terminal.exec' | 'terminal.raw' | 'terminal.attach' | 'terminal.compose'
type Asked<N extends TerminalRoute> = Omit<Input<N>, 'terminal' | 'environment'>

/**
 * Runs a program on a machine that is reached by a token, and returns its exit code as the outcome; with --json what it
 * prints is caught, and part of the document.
 */
export async function runByToken<N extends TerminalRoute>(
  context: BerthContext,
  { json }: Pick<CommonFlags, 'json'>,
  client: Client,
  route: N,
  asked: Asked<N>,
): Promise<Outcome> {
  if (!json) {
    const exitCode = await onTokenTerminal(context, client, route, asked)
    return { data: { exitCode }, exitCode }
  }
  const caught: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
  const exitCode = await join(context, client, route, asked, {
    terminal: false,
    print: async (stream, bytes) => void caught[stream].push(bytes),
  })
  const text = (stream: 'stdout' | 'stderr') => Buffer.concat(caught[stream]).toString('utf8')
  return { data: { exitCode, stdout: text('stdout'), stderr: text('stderr') }, exitCode }
}

/** The same with this terminal as its own, or with our pipes: same input, output, size and Ctrl-C. Returns its exit code. */
export function onTokenTerminal<N extends TerminalRoute>(
  context: BerthContext,
  client: Client,
  route: N,
  asked: Asked<N>,
): Promise<number> {
  const { stdout, stderr } = context.process
  return join(context, client, route, asked, {
    terminal: onTerminal(),
    print: async (stream, bytes) => {
      const out = stream === 'stdout' ? stdout : stderr
      if (!out.write(bytes)) await drained(out)
    },
  })
}

interface Ends {
  terminal: boolean
  print: (stream: 'stdout' | 'stderr', bytes: Buffer) => Promise<void>
}

async function join<N extends TerminalRoute>(
  context: BerthContext,
  client: Client,
  route: N,
  asked: Asked<N>,
  { terminal, print }: Ends,
): Promise<number> {
  const typing = startTyping(context.process, terminal)
  try {
    const input = { ...asked, terminal: terminal ? typing.size() : null, environment: ofThisTerminal(context) }
    const opened = client.terminal(route, input as unknown as Input<N>, typing.frames())
    // from here on Ctrl-C is for the program there
    const frames = await Promise.race([opened, interruption(context.signal)])
    if (terminal) typing.raw()
    return await show(frames, print, client.machine)
  } finally {
    typing.end()
  }
}

function interruption(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(interrupted()), { once: true })
  return promise
}

/** Prints what comes, until the program ends. */
async function show(frames: AsyncIterable<Frame>, print: Ends['print'], machine: string): Promise<number> {
  try {
    for await (const { type, stream, payload } of frames) {
      if (type === frameTypes.output) await print(stream === frameStreams.stderr ? 'stderr' : 'stdout', payload)
      if (type === frameTypes.exit) return (JSON.parse(payload.toString()) as { exitCode: number }).exitCode
      if (type === frameTypes.error) throw new ClientError(JSON.parse(payload.toString()) as ApiError)
    }
  } catch (error) {
    if (error instanceof ClientError) throw error
  }
  throw failure('MACHINE_UNREACHABLE', `the connection to ${machine} broke, and with it the program there ended`)
}

/** What of this terminal and its user's language a program there goes by. */
function ofThisTerminal({ env }: BerthContext): Record<string, string> {
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && /^(TERM|COLORTERM|LANG|LC_[A-Z]+|TZ|NO_COLOR)$/.test(entry[0]),
  )
  return Object.fromEntries(entries)
}
