import type { SessionDeps } from './deps.ts'
import { findSession, type SessionRef } from './find-session.ts'
import type { SessionView } from './model.ts'

/**
 * Ends a session and every process it started; its transcript stays. Harmless for one that has ended: what it left
 * running is ended. Throws SESSION_NOT_FOUND.
 */
export async function stopSession(
  deps: Pick<SessionDeps, 'store' | 'multiplexer' | 'clock'>,
  ref: SessionRef,
): Promise<SessionView> {
  const { id, name } = await findSession(deps, ref)
  await deps.multiplexer.kill(id)
  return findSession(deps, { env: ref.env, name })
}
