import { ClientError } from '../../../client/failure.ts'
import { exitCodes } from '../../../contract/errors.ts'
import type { ApiError } from '../../../contract/events.ts'
import { type Frame, frameTypes } from '../../../contract/frames.ts'
import {
  defineCommand,
  envArgument,
  numberFlag,
  projectFlag,
  servicesArgument,
  switchFlag,
  textFlag,
} from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { namesSeveral } from '../../machines-named.ts'
import { drained } from '../../ui/drained.ts'
import { createLogPrinter, labelOf } from '../../ui/log-printer.ts'
import { printAppLogs } from '../deploy/app-logs.ts'
import { ofContext } from '../deploy/shared.ts'
import { envRef } from './shared.ts'

interface Flags {
  project?: string
  follow: boolean
  since?: string
  until?: string
  tail?: number
  timestamps: boolean
  noPrefix: boolean
  app: boolean
  search?: string
}

/** `berth logs` */
export const logsCommand = defineCommand<Flags, [string, ...string[]]>({
  name: 'env.logs',
  brief: 'What services write',
  details:
    'All services as one, in the order of time. With --json: one object a line. The name is that of an env, or of an app in production, whose logs come from all the machines --on names as one.',
  examples: [
    ['berth logs feat-a', 'all there is, of all services'],
    ['berth logs feat-a web --follow --tail 20', 'the last lines of web, and what it writes from now on'],
    ['berth logs shop -f --on prod-1,prod-2 --search timeout', 'of an app on two machines'],
  ],
  flags: {
    project: projectFlag,
    follow: switchFlag('go on as it is written, through restarts; Ctrl-C ends it', 'f'),
    since: textFlag('only what was written since (10m, 1h30m, 2026-01-31T12:00:00Z)', 'when'),
    until: textFlag('only what was written until then', 'when'),
    tail: numberFlag('only the last lines of each container', 'lines', 'n'),
    timestamps: switchFlag('show when each line was written', 't'),
    noPrefix: switchFlag('leave out which service wrote a line'),
    app: switchFlag('the name is that of an app in production, also where an env has it too'),
    search: textFlag('of an app: only lines with this in them', 'text'),
  },
  arguments: [envArgument, servicesArgument],
  async run(context, flags, name, ...services) {
    try {
      if (isSaidToBeApp(flags)) await printAppLogs(context, flags, name, services)
      else await printWhatIsNamed(context, flags, name, services)
    } catch (error) {
      // Ctrl-C is how following ends
      if (!context.signal.aborted) throw error
    }
    return { data: undefined, exitCode: context.signal.aborted ? exitCodes.interrupted : exitCodes.ok }
  },
})

/** An app is meant where the flags say so, or name several machines: an env is on one. */
const isSaidToBeApp = ({ app, search, on }: Flags & CommonFlags) =>
  app || search !== undefined || (on !== undefined && namesSeveral(on))

/** Of the env of that name; of the app where no env has it. */
async function printWhatIsNamed(
  context: BerthContext,
  flags: Flags & CommonFlags,
  name: string,
  services: readonly string[],
): Promise<void> {
  try {
    await printEnvLogs(context, flags, name, services)
  } catch (error) {
    if (!isNoEnv(error) || !(await isApp(context, flags, name))) throw error
    await printAppLogs(context, flags, name, services)
  }
}

const isNoEnv = (error: unknown) =>
  error instanceof ClientError && ['ENV_NOT_FOUND', 'PROJECT_NOT_FOUND'].includes(error.error.code)

async function isApp(context: BerthContext, flags: CommonFlags, name: string): Promise<boolean> {
  const client = await context.client(flags.on)
  // a token is for projects, and apps are of none
  if (client.byToken) return false
  const { apps } = await client.call('app.list', ofContext(flags))
  return apps.some((app) => app.name === name)
}

async function printEnvLogs(
  context: BerthContext,
  flags: Flags & CommonFlags,
  name: string,
  services: readonly string[],
): Promise<void> {
  const client = await context.client(flags.on)
  const { follow, since, until, tail, timestamps, json } = flags
  const env = envRef(context, name, flags.project)
  const input = { env, services: [...services], follow, since, until, tail, timestamps: timestamps || json }
  const onLost = () => context.ui.note('berthd is gone: waiting for it')
  await print(context, flags, client.logs(input, { onLost, signal: context.signal }))
}

async function print(
  { process: { stdout }, ui }: BerthContext,
  { json, noPrefix }: Flags & { json: boolean },
  frames: AsyncIterable<Frame>,
): Promise<void> {
  const printer = createLogPrinter({ prefix: !noPrefix, terminal: stdout.isTTY && !json, json, paint: ui.paint })
  const names: string[] = []
  for await (const frame of frames) {
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
