import type { Output } from '../../../contract/routes.ts'
import { askAll, type SilentMachine } from '../../all-machines.ts'
import { defineCommand, projectFlag, quietFlag } from '../../command.ts'
import { paintState } from '../../ui/env.ts'
import type { Ui } from '../../ui/ui.ts'

type EnvView = Output<'env.list'>['envs'][number]

/** One line: an env, or a machine that did not answer. */
type Row = { machine: string; env: EnvView | undefined }

/** `berth ls` */
export const lsCommand = defineCommand<{ project?: string; quiet: boolean }>({
  name: 'env.list',
  brief: 'All envs, on all machines',
  details: 'With --on: those of one machine. One that does not answer within two seconds is a row that says so.',
  examples: [
    ['berth ls', 'of every project'],
    ['berth ls --quiet --project shop', 'their names, of one'],
  ],
  flags: { project: projectFlag, quiet: quietFlag },
  async run(context, flags) {
    const input = flags.project === undefined ? {} : { project: flags.project }
    const { answers, silent } = await askAll(context, flags, 'env.list', input)
    const rows = answers.flatMap(({ machine, data }) => data.envs.map((env) => ({ machine, env })))
    const data = { envs: rows.map(({ machine, env }) => ({ machine, ...env })), silent }
    for (const { machine, message, hint } of silent) context.ui.note(`${machine}: ${message}; ${hint}`)
    if (flags.quiet) return { data, text: rows.map((row) => nameOf(row, flags.on)).join('\n') }
    return { data, text: renderEnvs(rows, silent, answers.length > 1, context.ui) }
  },
})

/** As it is typed after a command, which has said already where, or has not. */
const nameOf = ({ machine, env }: { machine: string; env: EnvView }, on: string | undefined) =>
  `${env.project}/${env.name}${machine === 'local' || on !== undefined ? '' : ` --on ${machine}`}`

function renderEnvs(
  envs: readonly Row[],
  silent: readonly SilentMachine[],
  several: boolean,
  { paint, table }: Pick<Ui, 'paint' | 'table'>,
): string {
  const rows: Row[] = [...envs, ...silent.map(({ machine }) => ({ machine, env: undefined }))]
  if (rows.length === 0) return 'no envs yet: berth create NAME makes one'
  const of = (value: (env: EnvView) => string) => (row: Row) => (row.env === undefined ? '-' : value(row.env))
  return table<Row>(
    [
      { title: 'ENV', value: of(({ project, name }) => `${project}/${name}`) },
      ...(several || silent.length > 0 ? [{ title: 'MACHINE', value: ({ machine }: Row) => machine }] : []),
      {
        title: 'STATE',
        value: ({ env }) => env?.state ?? 'no answer',
        paint: (text, { env }) => paintState(env?.state ?? 'broken', paint, text),
      },
      { title: 'SERVICES', value: of(servicesText) },
      { title: 'SESSIONS', value: of(({ sessions }) => (sessions === 0 ? '-' : String(sessions))), spare: true },
      { title: 'SUBNET', value: of(({ subnet }) => subnet), spare: true },
      { title: 'URL', value: of(({ url }) => url ?? '-') },
    ],
    rows,
  )
}

/** How many run of those that should: a job whose work is done is not missed. */
function servicesText({ services }: EnvView): string {
  const lasting = services.filter(({ ended }) => ended !== 'done')
  if (lasting.length === 0) return services.length === 0 ? '-' : 'done'
  const running = lasting.filter(({ state }) => state === 'running' || state === 'shared').length
  return `${running}/${lasting.length}`
}
