import type { Output } from '../../../contract/routes.ts'
import { defineCommand, type Group, numberFlag, quietFlag, textFlag } from '../../command.ts'
import { dataOf, type EachMachine, eachMachine, isSeveral, noteSilent } from '../../each-machine.ts'
import { showDuration } from '../../ui/ci.ts'
import { runWithProgress } from '../env/shared.ts'
import { identityVariable } from '../vault/shared.ts'
import { machineColumn, ofContext, whoAsks } from './shared.ts'

const packs = ['postgres', 'mysql', 'redis', 'nats', 'minio', 'backup'] as const
type Pack = (typeof packs)[number]
type Addon = Output<'addon.list'>['addons'][number] & { machine: string }
type Backup = Output<'app.backups'>['backups'][number] & { machine: string }

const appArgument = { name: 'app', brief: 'its name' }

interface AddFlags {
  name?: string
  image?: string
  schedule?: string
  keep?: number
}

/** `berth app addon add` */
const addCommand = defineCommand<AddFlags, [string, string]>({
  name: 'addon.add',
  brief: 'Have a server come with an app, from its next deploy on',
  details:
    'Its password is made and kept in the app’s vault, where compose files read it: ${DB_URL} for an add-on called db. Backup dumps all others by the clock. What Berth adds never replaces anything of the compose file: a clash is refused.',
  examples: [
    ['berth app addon add shop postgres --name db', 'the compose file reads ${DB_URL}'],
    ['berth app addon add shop backup --schedule "0 3 * * *" --keep 14', 'dumps of all, every night'],
  ],
  flags: {
    name: textFlag('what the service is called; as the pack otherwise', 'name'),
    image: textFlag('image in place of the usual one', 'reference'),
    schedule: textFlag('of backup: when, as a cron expression', 'cron'),
    keep: numberFlag('of backup: how many dumps of each stay', 'dumps'),
  },
  arguments: [appArgument, { name: 'pack', brief: 'what to add', choices: packs }],
  async run(context, flags, app, pack) {
    const { name = pack, image, schedule, keep } = flags
    const more = { ...(image && { image }), ...(schedule && { schedule }), ...(keep && { keep }) }
    const addon = { name, pack: pack as Pack, ...more }
    const input = { app, addon, identity: context.env[identityVariable] ?? null, ...ofContext(flags) }
    const asked = await eachMachine(context, flags, (client) => client.call('addon.add', input), { quick: false })
    noteSilent(context, asked.silent)
    const data = dataOf(asked)
    const named = (asked.answers[0]?.data.secrets ?? []).map((secret) => `\${${secret}}`).join(' and ')
    const text = `${name} comes with the next deploy of ${app}${named === '' ? '' : `; the compose file can read ${named}`}`
    return { data, text, ...failedBy(asked) }
  },
})

/** A machine that was named and left out is no success. */
const failedBy = ({ silent }: EachMachine<unknown>) => (silent.length === 0 ? {} : { exitCode: 1 })

/** `berth app addon rm` */
const removeCommand = defineCommand<object, [string, string]>({
  name: 'addon.remove',
  brief: 'Have it go with the next deploy; its data and its password stay',
  arguments: [appArgument, { name: 'addon', brief: 'its name' }],
  async run(context, flags, app, addon) {
    const input = { app, addon, ...ofContext(flags) }
    const asked = await eachMachine(context, flags, (client) => client.call('addon.remove', input), { quick: false })
    noteSilent(context, asked.silent)
    const text = `${addon} goes with the next deploy of ${app}; its data stays`
    return { data: dataOf(asked), text, ...failedBy(asked) }
  },
})

/** `berth app addon ls` */
const listCommand = defineCommand<{ quiet: boolean }, [string]>({
  name: 'addon.list',
  brief: 'What was added to an app',
  flags: { quiet: quietFlag },
  arguments: [appArgument],
  async run(context, flags, app) {
    const asked = await eachMachine(context, flags, (client) => client.call('addon.list', { app, ...ofContext(flags) }))
    const addons = asked.answers.flatMap(({ machine, data }) => data.addons.map((one) => ({ ...one, machine })))
    const data = dataOf(asked)
    noteSilent(context, asked.silent)
    if (flags.quiet) return { data, text: [...new Set(addons.map(({ name }) => name))].join('\n') }
    if (addons.length === 0) return { data, text: `nothing was added to ${app}: berth app addon add` }
    const text = context.ui.table<Addon>(
      [
        ...machineColumn(isSeveral(asked)),
        { title: 'ADD-ON', value: ({ name }) => name },
        { title: 'PACK', value: ({ pack }) => pack },
        { title: 'IMAGE', value: ({ image }) => image ?? 'the usual one' },
        { title: 'SCHEDULE', value: ({ schedule }) => schedule ?? '' },
      ],
      addons,
    )
    return { data, text }
  },
})

/** `berth app addon …` */
export const addonGroup: Group = {
  brief: 'Servers that come with an app',
  commands: { add: addCommand, ls: listCommand, rm: removeCommand },
}

/** `berth app backup` */
export const backupCommand = defineCommand<object, [string, string?]>({
  name: 'app.backup',
  brief: 'Dump the data of the add-ons of an app, on the machine it is on',
  arguments: [appArgument, { name: 'addon', brief: 'only this one', optional: true }],
  async run(context, flags, app, addon) {
    const input = { app, ...(addon === undefined ? {} : { addon }), by: whoAsks(), ...ofContext(flags) }
    const dump = (machine: string) =>
      runWithProgress(context, { ...flags, on: machine }, 'app.backup', `backup ${app}`, input)
    const asked = await eachMachine(context, flags, (_, machine) => dump(machine), { quick: false })
    noteSilent(context, asked.silent)
    const where = (machine: string) => (isSeveral(asked) ? `${machine}: ` : '')
    const lines = asked.answers.flatMap(({ machine, data }) =>
      data.backups.map((one) => `${where(machine)}${one.addon}: ${one.name}${stopOf(one)}`),
    )
    return { data: dataOf(asked), text: lines.join('\n'), ...failedBy(asked) }
  },
})

const stopOf = ({ stoppedMs }: Output<'app.backup'>['backups'][number]) =>
  stoppedMs === undefined ? '' : ` (it was stopped for ${showDuration(stoppedMs)})`

/** `berth app backups` */
export const backupsCommand = defineCommand<{ quiet: boolean }, [string]>({
  name: 'app.backups',
  brief: 'Dumps of the add-ons of an app, the newest first',
  flags: { quiet: quietFlag },
  arguments: [appArgument],
  async run(context, flags, app) {
    const asked = await eachMachine(context, flags, (client) =>
      client.call('app.backups', { app, ...ofContext(flags) }),
    )
    const backups = asked.answers.flatMap(({ machine, data }) => data.backups.map((one) => ({ ...one, machine })))
    const data = dataOf(asked)
    noteSilent(context, asked.silent)
    if (flags.quiet) return { data, text: backups.map(({ name }) => name).join('\n') }
    const columns = [
      ...machineColumn(isSeveral(asked)),
      { title: 'ADD-ON', value: ({ addon }: Backup) => addon },
      { title: 'DUMP', value: ({ name }: Backup) => name },
    ]
    return { data, text: context.ui.table<Backup>(columns, backups) }
  },
})
