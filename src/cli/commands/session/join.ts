import type { Client } from '../../../client/client.ts'
import { ClientError } from '../../../client/failure.ts'
import type { Input, Output } from '../../../contract/routes.ts'
import type { BerthContext } from '../../context.ts'
import { runInTerminal } from '../../terminal.ts'
import { onTokenTerminal } from '../../token-terminal.ts'

type Session = Output<'session.attach'>['session']

/**
 * Joins a session on this terminal until the user leaves it or it ends, and says which. Returns 0 after leaving, else
 * the exit code of the session.
 */
export async function joinSession(
  context: BerthContext,
  client: Client,
  ref: Input<'session.attach'>,
): Promise<{ session: Session; exitCode: number }> {
  const command = await client.call('session.attach', ref)
  const joined = client.byToken
    ? await onTokenTerminal(context, client, 'terminal.attach', ref)
    : await runInTerminal(context, command)
  const session = await lookAgain(client, ref, command.session)
  if (session.state === 'running' && joined !== 0) return { session, exitCode: joined }
  context.ui.note(howItStands(context, session))
  return { session, exitCode: endCode(session) }
}

/** For a session that was started just now: one that has ended before it could be joined is no failure to join. */
export async function joinStarted(
  context: BerthContext,
  client: Client,
  env: Input<'session.attach'>['env'],
  started: Session,
): Promise<{ session: Session; exitCode: number }> {
  const ref = { env, session: started.name }
  try {
    return await joinSession(context, client, ref)
  } catch (error) {
    const session = await lookAgain(client, ref, started)
    if (!(error instanceof ClientError) || session.state === 'running') throw error
    context.ui.note(howItStands(context, session))
    return { session, exitCode: endCode(session) }
  }
}

/** One sentence on a session, with what to type next. */
export function howItStands({ away }: Pick<BerthContext, 'away'>, { name, env, state, exitCode }: Session): string {
  const it = `${env} ${name}${away === undefined ? '' : ` --on ${away.machine}`}`
  if (state === 'running') return `${name} goes on in ${env}: berth attach ${it} joins it`
  const end = state === 'exited' ? `has ended (exit code ${exitCode})` : 'is lost'
  return `${name} of ${env} ${end}: berth transcript ${it} shows what it printed`
}

/** The code a command ends with that waited for the session: its own once it has ended. */
export const endCode = ({ state, exitCode }: Session) => (state === 'running' ? 0 : (exitCode ?? 1))

async function lookAgain(client: Client, { env }: Input<'session.attach'>, before: Session): Promise<Session> {
  const { sessions } = await client.call('session.list', { env })
  return sessions.find(({ id }) => id === before.id) ?? before
}
