import { AppError } from '../errors.ts'
import type { SessionDeps } from './deps.ts'
import { findSession, type SessionRef } from './find-session.ts'
import type { SessionView } from './model.ts'

/** A program for the caller's own terminal. */
export interface AttachCommand {
  session: SessionView
  argv: string[]
  /** Added to the terminal's own environment. */
  env: Record<string, string>
}

/** The command that joins a running session. Throws SESSION_NOT_FOUND, also for one that has ended. */
export async function attachSession(
  deps: Pick<SessionDeps, 'store' | 'multiplexer' | 'clock'>,
  ref: SessionRef,
): Promise<AttachCommand> {
  const session = await findSession(deps, ref)
  if (session.state !== 'running') throw ended(session)
  return { session, ...deps.multiplexer.attachCommand(session.id) }
}

function ended({ env, name, state, exitCode }: SessionView): AppError {
  const how = state === 'exited' ? `has ended (exit code ${exitCode})` : 'was lost when the machine went down'
  return new AppError('SESSION_NOT_FOUND', `session ${name} of ${env} ${how}`, {
    hint: `berth transcript ${env} ${name} shows what it printed`,
    details: { name, state, exitCode },
  })
}
