import type { Output } from '../../../contract/routes.ts'
import { defineCommand, type Group, quietFlag, switchFlag, yesFlag } from '../../command.ts'
import { dataOf, eachMachine, isSeveral, noteSilent } from '../../each-machine.ts'
import { confirm } from '../../ui/confirm.ts'
import { runWithProgress } from '../env/shared.ts'
import { remoteGroup } from '../remote/remote.ts'
import { addonGroup, backupCommand, backupsCommand } from './addon.ts'
import { certsCommand } from './certs.ts'
import { domainGroup } from './domain.ts'
import { fetchCommand, restoreCommand } from './dumps.ts'
import { initCommand } from './init.ts'
import { reconcileAppCommand } from './reconcile.ts'
import { describeApp, machineColumn, ofContext, paintApp } from './shared.ts'

type AppView = Output<'app.list'>['apps'][number] & { machine: string }
type Deployment = Output<'app.status'>['deployments'][number]

const appArgument = { name: 'app', brief: 'its name' }

/** `berth app ls` */
const listCommand = defineCommand<{ quiet: boolean }>({
  name: 'app.list',
  brief: 'All apps in production',
  details:
    'Of this machine, or of those --on names: names, all, or label=web. One that does not answer is told of, and holds up no other.',
  examples: [['berth app ls --on all', 'of all connected machines']],
  flags: { quiet: quietFlag },
  async run(context, flags) {
    const asked = await eachMachine(context, flags, (client) => client.call('app.list', ofContext(flags)))
    const apps = asked.answers.flatMap(({ machine, data }) => data.apps.map((app) => ({ ...app, machine })))
    const data = dataOf(asked)
    noteSilent(context, asked.silent)
    if (flags.quiet) return { data, text: [...new Set(apps.map(({ name }) => name))].join('\n') }
    if (apps.length === 0) return { data, text: 'no apps yet: berth deploy brings one into production' }
    const text = context.ui.table<AppView>(
      [
        { title: 'APP', value: ({ name }) => name },
        ...machineColumn(isSeveral(asked)),
        {
          title: 'STATE',
          value: ({ state }) => state,
          paint: (text, { state }) => paintApp(state, context.ui.paint, text),
        },
        { title: 'RELEASE', value: ({ number, release }) => (number === null ? '-' : `${number} (${release})`) },
        { title: 'URL', value: ({ urls }) => urls[0] ?? '-' },
      ],
      apps,
    )
    return { data, text }
  },
})

/** `berth app status` */
const statusCommand = defineCommand<object, [string]>({
  name: 'app.status',
  brief: 'One app, its services and its last deployments',
  arguments: [appArgument],
  async run(context, flags, app) {
    const client = await context.client(flags.on)
    const data = await client.call('app.status', { app, ...ofContext(flags) })
    const history = context.ui.table<Deployment>(
      [
        { title: 'DEPLOYMENT', value: ({ id }) => id },
        { title: 'RELEASE', value: ({ number, release }) => String(number ?? release) },
        { title: 'STATE', value: ({ state }) => state },
        { title: 'STARTED', value: ({ startedAt }) => startedAt },
        { title: 'BY', value: ({ startedBy }) => startedBy },
        { title: 'WHY', value: ({ error }) => error?.message ?? '', spare: true },
      ],
      data.deployments,
    )
    return { data, text: `${describeApp(data.app, context.ui)}\n\n${history}` }
  },
})

/** `berth app rm` */
const removeCommand = defineCommand<{ volumes: boolean }, [string]>({
  name: 'app.remove',
  brief: 'Take an app out of production',
  details: 'Its volumes stay unless --volumes is given.',
  flags: { volumes: switchFlag('its data as well'), yes: yesFlag },
  arguments: [appArgument],
  async run(context, flags, app) {
    const what = flags.volumes ? `${app} and all its data` : app
    await confirm(context, flags.yes, `remove ${what}?`)
    const data = await runWithProgress(context, flags, 'app.remove', `rm ${app}`, {
      app,
      volumes: flags.volumes,
      ...ofContext(flags),
    })
    const kept = data.volumesKept.length === 0 ? '' : `\nits data stays in ${data.volumesKept.join(', ')}`
    return { data, text: `${app} is gone${kept}` }
  },
})

/** `berth app …` */
export const appGroup: Group = {
  brief: 'Apps in production',
  commands: {
    init: initCommand,
    ls: listCommand,
    status: statusCommand,
    domain: domainGroup,
    certs: certsCommand,
    remote: remoteGroup,
    reconcile: reconcileAppCommand,
    addon: addonGroup,
    backup: backupCommand,
    backups: backupsCommand,
    fetch: fetchCommand,
    restore: restoreCommand,
    rm: removeCommand,
  },
}
