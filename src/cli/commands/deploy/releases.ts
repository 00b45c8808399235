import type { Output } from '../../../contract/routes.ts'
import { defineCommand, quietFlag } from '../../command.ts'
import { dataOf, eachMachine, isSeveral, noteSilent } from '../../each-machine.ts'
import { machineColumn, ofContext } from './shared.ts'

type Release = Output<'app.releases'>['releases'][number] & { machine: string }

/** `berth releases` */
export const releasesCommand = defineCommand<{ quiet: boolean }, [string]>({
  name: 'app.releases',
  brief: 'Releases of an app, the newest first',
  examples: [['berth releases shop --on all', 'of all machines it is on']],
  flags: { quiet: quietFlag },
  arguments: [{ name: 'app', brief: 'its name' }],
  async run(context, flags, app) {
    const asked = await eachMachine(context, flags, (client) =>
      client.call('app.releases', { app, ...ofContext(flags) }),
    )
    const releases = asked.answers.flatMap(({ machine, data }) => data.releases.map((one) => ({ ...one, machine })))
    const data = dataOf(asked)
    noteSilent(context, asked.silent)
    if (flags.quiet) return { data, text: [...new Set(releases.map(({ id }) => id))].join('\n') }
    const text = context.ui.table<Release>(
      [
        ...machineColumn(isSeveral(asked)),
        { title: 'RELEASE', value: ({ number }) => String(number) },
        { title: 'ID', value: ({ id }) => id },
        { title: 'BY', value: ({ createdBy }) => createdBy },
        { title: 'MADE', value: ({ createdAt }) => createdAt },
        { title: '', value: ({ live }) => (live ? 'live' : '') },
      ],
      releases,
    )
    return { data, text }
  },
})
