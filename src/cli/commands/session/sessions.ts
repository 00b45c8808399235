import type { Output } from '../../../contract/routes.ts'
import { askAll, type SilentMachine } from '../../all-machines.ts'
import { defineCommand, envArgument, projectFlag, quietFlag } from '../../command.ts'
import type { Ui } from '../../ui/ui.ts'
import { envRef } from '../env/shared.ts'

type SessionView = Output<'session.list'>['sessions'][number]

/** One line: a session, or a machine that did not answer. */
type Row = { machine: string; session: SessionView | undefined }

/** `berth sessions` */
export const sessionsCommand = defineCommand<{ project?: string; quiet: boolean }, [string?]>({
  name: 'session.list',
  brief: 'Sessions of all envs on all machines, or of one env',
  flags: { project: projectFlag, quiet: quietFlag },
  arguments: [{ ...envArgument, optional: true }],
  async run(context, flags, name) {
    const input = name === undefined ? {} : { env: envRef(context, name, flags.project) }
    // an env that is named is one of this machine, or of the one named too
    const where = name === undefined ? flags : { ...flags, on: flags.on ?? 'local' }
    const { answers, silent } = await askAll(context, where, 'session.list', input)
    const rows = answers.flatMap(({ machine, data }) => data.sessions.map((session) => ({ machine, session })))
    const data = { sessions: rows.map(({ machine, session }) => ({ machine, ...session })), silent }
    for (const { machine, message, hint } of silent) context.ui.note(`${machine}: ${message}; ${hint}`)
    if (flags.quiet) return { data, text: rows.map((row) => nameOf(row, flags.on)).join('\n') }
    return { data, text: renderSessions(rows, silent, answers.length > 1, context.ui) }
  },
})

/** As it is typed after a command, which has said already where, or has not. */
const nameOf = ({ machine, session }: { machine: string; session: SessionView }, on: string | undefined) =>
  `${session.project}/${session.env} ${session.name}${machine === 'local' || on !== undefined ? '' : ` --on ${machine}`}`

function renderSessions(
  sessions: readonly Row[],
  silent: readonly SilentMachine[],
  several: boolean,
  { paint, table }: Pick<Ui, 'paint' | 'table'>,
): string {
  const rows: Row[] = [...sessions, ...silent.map(({ machine }) => ({ machine, session: undefined }))]
  if (rows.length === 0) return 'no sessions: berth run <agent|command> <task> starts one'
  const of = (value: (session: SessionView) => string) => (row: Row) =>
    row.session === undefined ? '-' : value(row.session)
  return table<Row>(
    [
      { title: 'ENV', value: of(({ project, env }) => `${project}/${env}`) },
      ...(several || silent.length > 0 ? [{ title: 'MACHINE', value: ({ machine }: Row) => machine }] : []),
      { title: 'SESSION', value: of(({ name }) => name) },
      {
        title: 'STATE',
        value: ({ session }) => (session === undefined ? 'no answer' : stateText(session)),
        paint: (text, { session }) => paint(session?.state === 'running' ? 'green' : session ? 'dim' : 'red', text),
      },
      { title: 'ATTACHED', value: of(({ attached }) => (attached === 0 ? '-' : String(attached))), spare: true },
      { title: 'STARTED', value: of(({ startedAt }) => startedAt.slice(0, 16).replace('T', ' ')), spare: true },
      { title: 'COMMAND', value: of(({ argv }) => argv.join(' ').slice(0, 60)), spare: true },
    ],
    rows,
  )
}

const stateText = ({ state, exitCode }: SessionView) => (state === 'exited' ? `exited (${exitCode ?? '?'})` : state)
