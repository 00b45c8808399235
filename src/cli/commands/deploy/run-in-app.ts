import type { Client } from '../../../client/client.ts'
import type { Input, Output } from '../../../contract/routes.ts'
import type { Outcome } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { onTerminal, runInTerminal } from '../../terminal.ts'
import { ofContext, whoAsks } from './shared.ts'

type Run = Output<'job.run'>['run']
type What = Omit<Input<'job.run'>, 'context' | 'by'>

/** `berth run --app APP -- cmd`: a command in the app, with its image, networks and secrets. */
export async function runInApp(
  context: BerthContext,
  flags: CommonFlags & { service?: string },
  app: string,
  words: readonly string[],
): Promise<Outcome> {
  const { tail } = context
  if (words.length > 0 || tail === undefined || tail.length === 0)
    throw usage('with --app the command stands after --', `berth run --app ${app} -- ls -l`)
  const service = flags.service === undefined ? {} : { service: flags.service }
  const command = [...tail]
  // one that gets nothing from us is its machine's alone: it goes on whatever becomes of us
  const client = await context.client(flags.on)
  if (flags.json || client.byToken || !givesInput()) return runAndTell(context, flags, { app, command, ...service })
  return runAttached(context, flags, client, { app, command, ...service })
}

/** Whether there is something to give to the program: a terminal, a pipe or a file. */
function givesInput(): boolean {
  if (onTerminal()) return true
  const { fstatSync } = process.getBuiltinModule('node:fs')
  try {
    const input = fstatSync(0)
    return input.isFIFO() || input.isFile() || input.isSocket()
  } catch {
    return false // closed
  }
}

/** Runs it with our own input and output; berthd sees it to its end. Ctrl-C without a terminal of its own ends it. */
async function runAttached(
  context: BerthContext,
  flags: CommonFlags,
  client: Client,
  what: { app: string; command: string[]; service?: string },
): Promise<Outcome> {
  const about = { app: what.app, ...ofContext(flags) }
  const opened = await client.call('job.open', { ...what, ...about, tty: onTerminal(), by: whoAsks() })
  const { columns, rows } = context.process.stdout
  const terminal = onTerminal() && columns > 0 && rows > 0 ? { terminal: { columns, rows } } : {}
  const attend = { ...about, ...terminal, run: opened.run.id }
  const attended = client.run('job.attend', attend, { signal: context.signal })
  // its end is seen to without us; how it went is what the program itself exits with
  attended.catch(() => undefined)
  const exitCode = await runInTerminal(context, opened.command)
  if (context.signal.aborted) await attended.catch(() => undefined)
  return { data: { run: opened.run }, exitCode }
}

/** Runs it on its machine; what it writes comes out here, and its exit code is ours. */
export async function runAndTell(context: BerthContext, flags: CommonFlags, what: What): Promise<Outcome> {
  const client = await context.client(flags.on)
  const { stdout, stderr } = context.process
  const { run } = await client.run(
    'job.run',
    { ...what, by: whoAsks(), ...ofContext(flags) },
    {
      signal: context.signal,
      onEvent: (event) => {
        if (event.type !== 'output') return
        // with --json stdout holds the one document
        const to = flags.json || event.stream === 'stderr' ? stderr : stdout
        to.write(`${event.line}\n`)
      },
    },
  )
  return { data: { run }, exitCode: exitCodeOf(run) }
}

/** One that never came to an exit code of its own failed all the same. */
const exitCodeOf = ({ exitCode, state }: Run) =>
  exitCode === null || (exitCode === 0 && state !== 'done') ? 1 : exitCode
