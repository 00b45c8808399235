import { basename } from 'node:path'
import type { Output } from '../../../contract/routes.ts'
import { defineCommand, listFlag, switchFlag, textFlag, yesFlag } from '../../command.ts'
import { confirm } from '../../ui/confirm.ts'
import { shellVariables } from '../env/shared.ts'
import { identityVariable } from '../vault/shared.ts'
import { ofContext } from './shared.ts'

interface Flags {
  domain?: string[]
  service?: string
  dryRun: boolean
  yes: boolean
}

type Found = Output<'app.init'>

/** `berth app init` */
export const initCommand = defineCommand<Flags, [string?]>({
  name: 'app.init',
  brief: 'Add what a deploy needs to know to berth.toml',
  details:
    'Finds in the compose file which service takes the requests and how it is asked whether it is ready, what cannot run twice, and writes a [deploy] table; whatever stands in berth.toml stays, and a table that is there is left alone.',
  examples: [
    ['berth app init', 'shows the table, and asks'],
    ['berth app init shop --domain shop.example.com --yes', 'asks nothing'],
  ],
  flags: {
    domain: listFlag('host name it answers to', 'domain'),
    service: textFlag('service that takes the requests', 'service'),
    dryRun: switchFlag('show what would be written, write nothing'),
    yes: yesFlag,
  },
  arguments: [{ name: 'app', brief: "its name; the project's otherwise", optional: true }],
  async run(context, flags, app) {
    const { directory } = context
    const { on: _, ...here } = flags
    const client = await context.client()
    const request = {
      directory,
      ...(app === undefined ? {} : { app }),
      ...(flags.service === undefined ? {} : { service: flags.service }),
      ...ofContext(flags),
      domains: flags.domain ?? [],
      variables: await shellVariables(context, here, { name: basename(directory), directory }),
      identity: context.env[identityVariable] ?? null,
    }
    const found = await client.call('app.init', { ...request, dryRun: true })
    if (found.added === '') return { data: found, text: `${found.file} has a [deploy] table; it is as it was` }
    if (flags.dryRun) return { data: found, text: describe(found) }
    if (!flags.yes && context.ui.interactive) context.process.stderr.write(`${describe(found)}\n`)
    await confirm(context, flags.yes, `add this to ${found.file}?`)
    const data = await client.call('app.init', { ...request, dryRun: false })
    return { data, text: `${data.file}: [deploy] added\n\nberth deploy --dry-run shows what would be done` }
  },
})

const describe = ({ file, added }: Found) => `${file} would get:\n\n${added}`
