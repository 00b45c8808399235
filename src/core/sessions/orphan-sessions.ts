import type { MultiplexerSession } from '../ports.ts'
import type { SessionDeps } from './deps.ts'

/** Sessions that run although no record knows of them: the env is gone, or the state was restored from a backup. */
export async function orphanSessions(deps: Pick<SessionDeps, 'store' | 'multiplexer'>): Promise<MultiplexerSession[]> {
  // records last: one that starts meanwhile has its record before its process, one that runs had it already
  const running = await deps.multiplexer.list()
  const known = new Set((await deps.store.sessions()).map(({ id }) => id))
  return running.filter(({ id }) => !known.has(id))
}
