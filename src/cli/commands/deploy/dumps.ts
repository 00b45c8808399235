import { defineCommand, switchFlag, textFlag, yesFlag } from '../../command.ts'
import { usage } from '../../failure.ts'
import { confirm } from '../../ui/confirm.ts'
import { runWithProgress } from '../env/shared.ts'
import { fetchDump, sendDump } from './carry-dump.ts'
import { ofContext, whoAsks } from './shared.ts'

const appArgument = { name: 'app', brief: 'its name' }
const addonArgument = { name: 'addon', brief: 'its name' }
const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`

/** `berth app fetch` */
export const fetchCommand = defineCommand<{ from?: string; to?: string; new: boolean }, [string, string]>({
  name: 'app.fetch',
  brief: 'Bring a dump of an add-on here, into a file only you can read',
  details:
    'Its digest is compared; a file that is there is never replaced. berth app restore --file puts it back, on any machine that has such an add-on.',
  examples: [
    ['berth app fetch shop db --on prod-1', 'the newest one'],
    ['berth app fetch shop db --new --to - --on prod-1 | pg_restore -l', 'made just now, into a pipe'],
  ],
  flags: {
    from: textFlag('which dump; the newest otherwise', 'name'),
    to: textFlag('the file; - is stdout', 'file', 'file'),
    new: switchFlag('dump it now, and bring that'),
  },
  arguments: [appArgument, addonArgument],
  async run(context, flags, app, addon) {
    if (flags.to === '-' && (flags.json || context.process.stdout.isTTY))
      throw usage('a dump is no text: pipe it, or name a file', 'berth app fetch --to FILE')
    if (flags.new && flags.from !== undefined) throw usage('--new and --from exclude each other')
    const client = await context.client(flags.on)
    const about = { app, addon, ...ofContext(flags) }
    if (flags.new) {
      const input = { ...about, by: whoAsks() }
      await runWithProgress(context, flags, 'app.backup', `backup ${addon} of ${app}`, input)
    }
    const progress = context.ui.progress(`fetch ${addon} of ${app}`)
    const onBytes = (bytes: number) => progress.onEvent({ type: 'output', line: megabytes(bytes) })
    const request = { ...about, ...(flags.from === undefined ? {} : { backup: flags.from }) }
    const fetched = await fetchDump(context, client, request, { to: flags.to, onBytes }).finally(() => progress.end())
    const { file, bytes, sha256 } = fetched
    return { data: fetched, ...(file === null ? {} : { text: `${file}: ${megabytes(bytes)}, sha256 ${sha256}` }) }
  },
})

/** `berth app restore` */
export const restoreCommand = defineCommand<{ from?: string; file?: string }, [string, string]>({
  name: 'app.restore',
  brief: 'Put the data of an add-on back as it was when it was dumped',
  details:
    'What is there now is replaced. A dump from here is sent first, and its digest compared before anything is touched.',
  examples: [
    ['berth app restore shop db', 'the newest dump of its machine'],
    ['berth app restore shop db --file shop-db.dump --on staging', 'one that lies here'],
  ],
  flags: {
    from: textFlag('which dump; the newest otherwise', 'name'),
    file: textFlag('a dump that lies here; - is stdin', 'file', 'file'),
    yes: yesFlag,
  },
  arguments: [appArgument, addonArgument],
  async run(context, flags, app, addon) {
    if (flags.from !== undefined && flags.file !== undefined) throw usage('--from and --file exclude each other')
    await confirm(context, flags.yes, `replace the data of ${addon} of ${app}?`)
    const about = { app, addon, ...ofContext(flags) }
    const sent = flags.file === undefined ? {} : { sent: await send(flags.file) }
    const from = flags.from === undefined ? {} : { backup: flags.from }
    const input = { ...about, ...from, ...sent, by: whoAsks() }
    const data = await runWithProgress(context, flags, 'app.restore', `restore ${addon} of ${app}`, input)
    return { data, text: `${addon} is as it was at ${flags.file === undefined ? data.name : `the dump ${flags.file}`}` }

    async function send(file: string) {
      const client = await context.client(flags.on)
      const progress = context.ui.progress(`send ${file}`)
      const onBytes = (bytes: number) => progress.onEvent({ type: 'output', line: megabytes(bytes) })
      return sendDump(context, client, about, { from: file, onBytes }).finally(() => progress.end())
    }
  },
})
