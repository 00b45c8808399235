import type { Client } from '../../../client/client.ts'
import { ClientError } from '../../../client/failure.ts'
import type { Output } from '../../../contract/routes.ts'
import { defineCommand, switchFlag, textFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { runInTerminal } from '../../terminal.ts'
import { confirm } from '../../ui/confirm.ts'

interface Flags {
  undo: boolean
  dryRun: boolean
  engine?: string
  yes: boolean
}

type Preview = Output<'setup.preview'>

/** `berth setup` */
export const setupCommand = defineCommand<Flags>({
  name: 'setup',
  brief: "Let this machine's programs find the names of envs; choose the container engine",
  details:
    "Shows what it will change in the machine's resolver, asks, and does it; the one step that needs root. --undo puts everything back as it was. Without it http://<service>.<env>.localhost:7080 works all the same.",
  flags: {
    undo: switchFlag('take it back'),
    dryRun: switchFlag('only show what would change'),
    engine: textFlag('docker, podman, or an address; takes effect at once', 'engine'),
    yes: switchFlag('do not ask', 'y'),
  },
  async run(context, flags) {
    const client = await context.client(flags.on)
    if (flags.engine !== undefined) return chooseEngine(context, client, flags, flags.engine)
    const preview = await client.call('setup.preview', { undo: flags.undo })
    for (const warning of preview.warnings) context.ui.note(`${context.ui.paint('yellow', 'warning:')} ${warning}`)
    if (flags.dryRun || preview.inPlace)
      return { data: { ...preview, done: false }, text: describe(preview, flags.undo) }
    context.ui.note(preview.changes.join('\n'))
    await confirm(
      context,
      flags.yes,
      flags.undo ? "put this machine's resolver back?" : "change this machine's resolver?",
    )
    const { reaches } = await apply(context, client, preview, flags.undo)
    return { data: { ...preview, reaches, done: true }, text: outcome(preview.suffix, flags.undo, reaches) }
  },
})

/** What the engine cannot do is said before anything changes, and asked about; one that can do all is simply taken. */
async function chooseEngine(context: BerthContext, client: Client, flags: Flags, engine: string) {
  const seen = await client.call('setup.engine', { engine, preview: true })
  for (const limit of seen.limits) context.ui.note(`${context.ui.paint('yellow', `${seen.kind}:`)} ${limit}`)
  const where = seen.host ?? 'the engine the docker program finds'
  const what = seen.kind === null ? 'which does not answer now' : `${seen.kind} ${seen.version}`
  if (flags.dryRun) return { data: { ...seen, done: false }, text: `envs would run on ${where} (${what})` }
  if (seen.limits.length > 0) await confirm(context, flags.yes, `run envs on ${seen.kind} all the same?`)
  const data = await client.call('setup.engine', { engine })
  await client.call('daemon.stop', {})
  return { data: { ...data, done: true }, text: `envs run on ${where} (${what})` }
}

/** As root where the daemon is root's; else the one step by sudo, on this terminal. */
async function apply(
  context: BerthContext,
  client: Client,
  preview: Preview,
  undo: boolean,
): Promise<{ reaches: boolean }> {
  try {
    return await client.call('setup.apply', { undo })
  } catch (error) {
    const needsRoot = error instanceof ClientError && error.error.code === 'NEEDS_ROOT'
    if (!needsRoot || !context.ui.interactive) throw error
    const exitCode = await runInTerminal(context, { argv: ['sudo', ...preview.rootCommand], directory: null, env: {} })
    if (exitCode !== 0) throw error
    return client.call('setup.activate', {})
  }
}

function describe({ suffix, inPlace, changes, reaches }: Preview, undo: boolean): string {
  if (!inPlace) return changes.join('\n')
  if (undo) return 'nothing is set up'
  return outcome(suffix, false, reaches)
}

function outcome(suffix: string, undo: boolean, reaches: boolean): string {
  if (undo) return "this machine's resolver is as it was"
  return reaches
    ? `names work: http://<service>.<env>.${suffix}`
    : 'set up, but a look-up does not reach Berth yet: berth doctor tells why'
}
