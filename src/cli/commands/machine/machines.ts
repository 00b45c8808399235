import type { Output } from '../../../contract/routes.ts'
import { defineCommand, quietFlag } from '../../command.ts'
import { chooseMachines } from '../../machines-named.ts'
import type { Ui } from '../../ui/ui.ts'
import { showLabels } from './label.ts'
import { type LoginRow, loginRows } from './logins.ts'
import { contextOf } from './shared.ts'

type Machine = Output<'machine.status'>['machines'][number]

/** `berth machines` */
export const machinesCommand = defineCommand<{ quiet: boolean }>({
  name: 'machine.status',
  brief: 'All machines: state, latency, version, load, envs, disk',
  details: 'All are asked at once. One that does not answer within two seconds is a row that says so.',
  flags: { quiet: quietFlag },
  async run(context, flags) {
    const client = await context.client()
    const [{ machines: all }, allLogins] = await Promise.all([
      client.call('machine.status', { context: contextOf(flags) }),
      loginRows(context, contextOf(flags)),
    ])
    const isMeant = meant(flags.on, [...all, ...allLogins])
    const [machines, logins] = [all.filter(isMeant), allLogins.filter(isMeant)]
    const rows = [...machines.map(rowOf), ...logins.map(rowOfLogin)]
    const data = { machines, logins }
    if (flags.quiet) return { data, text: rows.map(({ name }) => name).join('\n') }
    for (const { name, problem } of rows)
      if (problem !== null) context.ui.note(`${name}: ${problem.message}; ${problem.hint}`)
    return { data, text: render(rows, context.ui) }
  },
})

/** Which machines `--on` means; all where it is absent. Throws MACHINE_NOT_CONNECTED. */
function meant(on: string | undefined, all: readonly { name: string; labels?: Machine['labels'] }[]) {
  if (on === undefined || on === 'all') return () => true
  const chosen = chooseMachines(
    all.map(({ name, labels = {} }) => ({ name, labels })),
    on,
  )
  return ({ name }: { name: string }) => chosen.includes(name)
}

/** One line: a machine connected over SSH, or one reached by a token, which says little of how it is. */
interface Row extends Pick<Machine, 'name' | 'state' | 'latencyMs' | 'version' | 'vitals'> {
  problem: { message: string; hint: string } | null
  way: string
  /** Which way names of it lead; '' where that is never another one. */
  namesBy: string
  labels: string
}

const rowOf = ({ destination, problem, labels, ...machine }: Machine): Row => ({
  ...machine,
  problem: problem ?? machine.reach.problem,
  way: destination,
  namesBy: namesBy(machine),
  labels: showLabels(labels),
})

const rowOfLogin = ({ address, allows, ...login }: LoginRow): Row => ({
  ...login,
  vitals: null,
  namesBy: '',
  labels: '',
  way: `https://${address}${allows === null ? '' : ` (${allows})`}`,
})

function render(rows: readonly Row[], { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  return table<Row>(
    [
      { title: 'MACHINE', value: ({ name }) => name },
      {
        title: 'STATE',
        value: ({ state }) => state,
        paint: (text, { state }) =>
          paint(state === 'connected' ? 'green' : state === 'connecting' ? 'yellow' : 'red', text),
      },
      { title: 'LATENCY', value: ({ latencyMs }) => (latencyMs === null ? '-' : `${Math.round(latencyMs)} ms`) },
      { title: 'VERSION', value: ({ version }) => version ?? '-', spare: true },
      { title: 'LOAD', value: ({ vitals }) => (vitals === null ? '-' : `${vitals.load.toFixed(1)}/${vitals.cpus}`) },
      { title: 'ENVS', value: ({ vitals }) => (vitals === null ? '-' : `${vitals.envsUp}/${vitals.envs}`) },
      ...(rows.some((row) => row.namesBy !== '')
        ? [{ title: 'NAMES BY', value: (row: Row) => row.namesBy || '-' }]
        : []),
      { title: 'DISK FREE', value: ({ vitals }) => (vitals === null ? '-' : gigabytes(vitals.diskFreeBytes)) },
      { title: 'POOL', value: ({ vitals }) => vitals?.pool ?? '-', spare: true },
      ...(rows.some(({ labels }) => labels !== '')
        ? [{ title: 'LABELS', value: ({ labels }: Row) => labels || '-', spare: true }]
        : []),
      { title: 'REACHED BY', value: ({ way }) => way || '-', spare: true },
    ],
    rows,
  )
}

/** Which way names of the machine lead. */
function namesBy({ tunnel, reach }: Pick<Machine, 'tunnel' | 'reach'>): string {
  if (tunnel === 'ssh') return ''
  return tunnel === reach.by ? tunnel : `${reach.by}, ${tunnel} is down`
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
