import { ClientError } from '../../../client/failure.ts'
import type { ApiError } from '../../../contract/events.ts'
import { frameStreams, frameTypes, readFrames } from '../../../contract/frames.ts'
import type { Output } from '../../../contract/routes.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { inTime, noteSilent } from '../../each-machine.ts'
import { failureOf } from '../../failure.ts'
import { meantMachines } from '../../machines-named.ts'
import { silentBy } from '../../other-machines.ts'
import { drained } from '../../ui/drained.ts'
import { printable } from '../../ui/printable.ts'
import { terminalText } from '../../ui/terminal-text.ts'
import { ofContext } from './shared.ts'

/** Flags of `berth logs` that count for apps. */
export interface AppLogFlags {
  follow: boolean
  since?: string
  until?: string
  tail?: number
  timestamps: boolean
  noPrefix: boolean
  search?: string
}

interface Line {
  machine: string
  service: string
  container: string
  stream: 'stdout' | 'stderr'
  time: string
  line: string
}

type Flags = AppLogFlags & CommonFlags

/** The logs of an app on all the machines named as one: in the order of time, or, followed, as it is written. */
export async function printAppLogs(
  context: BerthContext,
  flags: Flags,
  app: string,
  services: readonly string[],
): Promise<void> {
  const machines = await meantMachines(context, flags)
  const failed: unknown[] = []
  const lines = machines.map((machine) => {
    const own = linesOf(context, flags, { machine, app, services, alone: machines.length === 1 })
    return machines.length === 1 ? own : asLongAsItLasts(context, machine, own, failed)
  })
  const wanted = (line: Line) => flags.search === undefined || line.line.includes(flags.search)
  const write = async (line: Line) => {
    if (!wanted(line)) return
    const { stdout } = context.process
    if (!stdout.write(render(line, flags, { several: machines.length > 1, terminal: stdout.isTTY })))
      await drained(stdout)
  }
  if (flags.follow)
    await Promise.all(
      lines.map(async (own) => {
        for await (const line of own) await write(line)
      }),
    )
  else for await (const line of inOrder(lines)) await write(line)
  if (failed.length === machines.length) throw failed[0]
}

/** One of several machines: where it fails the others go on without it. */
async function* asLongAsItLasts(
  context: BerthContext,
  machine: string,
  lines: AsyncGenerator<Line>,
  failed: unknown[],
): AsyncGenerator<Line> {
  try {
    yield* lines
  } catch (error) {
    if (context.signal.aborted || failureOf(error) === undefined) throw error
    failed.push(error)
    noteSilent(context, [silentBy(machine, error)])
  }
}

/** What one machine tells, line by line. */
async function* linesOf(
  context: BerthContext,
  flags: Flags,
  { machine, app, services, alone }: { machine: string; app: string; services: readonly string[]; alone: boolean },
): AsyncGenerator<Line> {
  const client = await context.client(machine)
  const { follow, since, until, tail } = flags
  const input = { app, services: [...services], follow, since, until, tail, timestamps: true, ...ofContext(flags) }
  const asked = client.open('app.logs', input, context.signal)
  const answer = await (alone ? asked : inTime(machine, asked))
  const sources: Output<'app.logs'> = []
  const rest = new Map<string, string>()
  for await (const { type, source, stream, payload } of readFrames(answer)) {
    if (type === frameTypes.sources) sources.push(...(JSON.parse(payload.toString()) as Output<'app.logs'>))
    if (type === frameTypes.error) throw new ClientError(JSON.parse(payload.toString()) as ApiError)
    if (type !== frameTypes.output) continue
    const key = `${source} ${stream}`
    const texts = `${rest.get(key) ?? ''}${payload.toString()}`.split('\n')
    rest.set(key, texts.pop() ?? '')
    const { service = '?', container = '?' } = sources[source] ?? {}
    const name = stream === frameStreams.stderr ? 'stderr' : 'stdout'
    for (const text of texts) yield { machine, service, container, stream: name, ...timed(text) }
  }
}

function timed(text: string): { time: string; line: string } {
  const gap = text.indexOf(' ')
  return { time: text.slice(0, gap), line: text.slice(gap + 1).replace(/\r$/, '') }
}

/** Several streams, each in the order of its times, as one. */
async function* inOrder(streams: readonly AsyncGenerator<Line>[]): AsyncGenerator<Line> {
  const heads = await Promise.all(streams.map((stream) => stream.next()))
  for (;;) {
    let first: number | undefined
    for (const [at, head] of heads.entries())
      if (!head.done && (first === undefined || head.value.time < timeAt(heads, first))) first = at
    if (first === undefined) return
    yield heads[first]?.value as Line
    const next = await streams[first]?.next()
    if (next) heads[first] = next
  }
}

const timeAt = (heads: readonly IteratorResult<Line>[], at: number): string =>
  (heads[at]?.value as Line | undefined)?.time ?? ''

function render(
  line: Line,
  { json, timestamps, noPrefix }: Flags,
  { several, terminal }: { several: boolean; terminal: boolean },
) {
  if (json) return `${JSON.stringify(line)}\n`
  const who = several ? `${line.machine}/${line.service}` : line.service
  const prefix = noPrefix ? '' : `${printable(who)}  | `
  const time = timestamps ? `${line.time} ` : ''
  return `${prefix}${time}${terminal ? terminalText(line.line) : line.line}\n`
}
