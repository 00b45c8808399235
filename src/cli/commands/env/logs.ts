import { ClientError } from '../../../client/failure.ts'
import { exitCodes } from '../../../contract/errors.ts'
import type { ApiError } from '../../../contract/events.ts'
import { frameTypes, readFrames } from '../../../contract/frames.ts'
import {
  defineCommand,
  envArgument,
  numberFlag,
  projectFlag,
  servicesArgument,
  switchFlag,
  textFlag,
} from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { createLogPrinter, labelOf } from '../../ui/log-printer.ts'
import { envRef } from './shared.ts'

interface Flags {
  project?: string
  follow: boolean
  since?: string
  until?: string
  tail?: number
  timestamps: boolean
  noPrefix: boolean
}

/** `berth logs` */
export const logsCommand = defineCommand<Flags, [string, ...string[]]>({
  name: 'env.logs',
  brief: 'What services write',
  details: 'All services as one, in the order of time. With --json: one object a line.',
  examples: [
    ['berth logs feat-a', 'all there is, of all services'],
    ['berth logs feat-a web --follow --tail 20', 'the last lines of web, and what it writes from now on'],
  ],
  flags: {
    project: projectFlag,
    follow: switchFlag('go on as it is written, through restarts; Ctrl-C ends it', 'f'),
    since: textFlag('only what was written since (10m, 1h30m, 2026-01-31T12:00:00Z)', 'when'),
    until: textFlag('only what was written until then', 'when'),
    tail: numberFlag('only the last lines of each container', 'lines', 'n'),
    timestamps: switchFlag('show when each line was written', 't'),
    noPrefix: switchFlag('leave out which service wrote a line'),
  },
  arguments: [envArgument, servicesArgument],
  async run(context, flags, name, ...services) {
    const client = await context.client(flags.on)
    const { follow, since, until, tail, timestamps, json } = flags
    const env = envRef(context, name, flags.project)
    const input = { env, services, follow, since, until, tail, timestamps: timestamps || json }
    try {
      await print(context, flags, await client.open('env.logs', input, context.signal))
    } catch (error) {
      // Ctrl-C is how following ends
      if (!context.signal.aborted) throw error
    }
    return { data: undefined, exitCode: context.signal.aborted ? exitCodes.interrupted : exitCodes.ok }
  },
})

async function print(
  { process: { stdout }, ui }: BerthContext,
  { json, noPrefix }: Flags & { json: boolean },
  answer: AsyncIterable<unknown>,
): Promise<void> {
  const printer = createLogPrinter({ prefix: !noPrefix, terminal: stdout.isTTY && !json, json, paint: ui.paint })
  const names: string[] = []
  for await (const frame of readFrames(answer)) {
    const { type, source, payload } = frame
    const bytes = printer(frame)
    if (bytes.length > 0 && !stdout.write(bytes)) await drained(stdout)
    if (type === frameTypes.sources)
      names.push(...(JSON.parse(payload.toString()) as Parameters<typeof labelOf>[0][]).map(labelOf))
    if (type === frameTypes.error) throw new ClientError(JSON.parse(payload.toString()) as ApiError)
    if (type === frameTypes.pause) {
      const { reason } = JSON.parse(payload.toString()) as { reason?: string }
      if (reason !== undefined) ui.note(`${names[source]}: its log cannot be read: ${reason}`)
    }
  }
}

/** Resolves when a stream has room again. One that was closed ends the process on its own (main.ts). */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.once('drain', resolve)
  return promise
}
