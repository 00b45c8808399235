import type { Output } from '../../../contract/routes.ts'
import { defineCommand, envArgument, projectFlag, quietFlag } from '../../command.ts'
import type { Ui } from '../../ui/ui.ts'
import { envRef } from '../env/shared.ts'

type SessionView = Output<'session.list'>['sessions'][number]

/** `berth sessions` */
export const sessionsCommand = defineCommand<{ project?: string; quiet: boolean }, [string?]>({
  name: 'session.list',
  brief: 'Sessions of all envs, or of one',
  flags: { project: projectFlag, quiet: quietFlag },
  arguments: [{ ...envArgument, optional: true }],
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const env = name === undefined ? {} : { env: envRef(context, name, flags.project) }
    const data = await client.call('session.list', env)
    const names = data.sessions.map((session) => `${session.project}/${session.env} ${session.name}`).join('\n')
    return { data, text: flags.quiet ? names : renderSessions(data.sessions, context.ui) }
  },
})

function renderSessions(sessions: readonly SessionView[], { paint, table }: Pick<Ui, 'paint' | 'table'>): string {
  if (sessions.length === 0) return 'no sessions: berth run <agent|command> <task> starts one'
  return table<SessionView>(
    [
      { title: 'ENV', value: ({ project, env }) => `${project}/${env}` },
      { title: 'SESSION', value: ({ name }) => name },
      {
        title: 'STATE',
        value: stateText,
        paint: (text, { state }) => paint(state === 'running' ? 'green' : 'dim', text),
      },
      { title: 'ATTACHED', value: ({ attached }) => (attached === 0 ? '-' : String(attached)), spare: true },
      { title: 'STARTED', value: ({ startedAt }) => startedAt.slice(0, 16).replace('T', ' '), spare: true },
      { title: 'COMMAND', value: ({ argv }) => argv.join(' ').slice(0, 60), spare: true },
    ],
    sessions,
  )
}

const stateText = ({ state, exitCode }: SessionView) => (state === 'exited' ? `exited (${exitCode ?? '?'})` : state)
