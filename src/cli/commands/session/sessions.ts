import type { Output } from '../../../contract/routes.ts'
import type { Paint } from '../../ui/paint.ts'
import { renderTable } from '../../ui/table.ts'
import { defineCommand, projectFlag, switchFlag } from '../common.ts'
import { envRef } from '../env/shared.ts'

type SessionView = Output<'session.list'>['sessions'][number]

/** `berth sessions` */
export const sessionsCommand = defineCommand<{ project?: string; quiet: boolean }, [string?]>({
  name: 'session.list',
  brief: 'Sessions of all envs, or of one',
  flags: { project: projectFlag, quiet: switchFlag('names only') },
  aliases: { q: 'quiet' },
  positional: { kind: 'tuple', parameters: [{ brief: 'the env', parse: String, placeholder: 'env', optional: true }] },
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const env = name === undefined ? {} : { env: envRef(context, name, flags.project) }
    const data = await client.call('session.list', env)
    const names = data.sessions.map((session) => `${session.project}/${session.env} ${session.name}`).join('\n')
    return { data, text: flags.quiet ? names : renderSessions(data.sessions, context.ui.paint) }
  },
})

function renderSessions(sessions: readonly SessionView[], paint: Paint): string {
  if (sessions.length === 0) return 'no sessions: berth run <agent|command> <task> starts one'
  return renderTable<SessionView>(
    [
      { title: 'ENV', value: ({ project, env }) => `${project}/${env}` },
      { title: 'SESSION', value: ({ name }) => name },
      {
        title: 'STATE',
        value: stateText,
        paint: (text, { state }) => paint(state === 'running' ? 'green' : 'dim', text),
      },
      { title: 'ATTACHED', value: ({ attached }) => (attached === 0 ? '-' : String(attached)) },
      { title: 'STARTED', value: ({ startedAt }) => startedAt.slice(0, 16).replace('T', ' ') },
      { title: 'COMMAND', value: ({ argv }) => argv.join(' ').slice(0, 60) },
    ],
    sessions,
  )
}

const stateText = ({ state, exitCode }: SessionView) => (state === 'exited' ? `exited (${exitCode ?? '?'})` : state)
