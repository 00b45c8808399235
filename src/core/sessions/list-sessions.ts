import type { SessionDeps } from './deps.ts'
import type { SessionView } from './model.ts'
import { viewSession } from './view.ts'

/** All sessions of this machine, or those of one env, the oldest first. */
export async function listSessions(
  deps: Pick<SessionDeps, 'store' | 'multiplexer' | 'clock'>,
  filter: { envId?: string } = {},
): Promise<SessionView[]> {
  const [envs, records] = await Promise.all([deps.store.envs(), deps.store.sessions()])
  // the multiplexer is asked after the records were read: a session it no longer knows has ended
  const running = new Map((await deps.multiplexer.list()).map((session) => [session.id, session]))
  const now = deps.clock.now()
  const wanted = records.filter(({ envId }) => filter.envId === undefined || envId === filter.envId)
  return Promise.all(
    wanted.map(async (record) => {
      const env = envs.find(({ id }) => id === record.envId) ?? { project: '', name: record.envId }
      const session = running.get(record.id)
      const exitCode = session ? null : await deps.multiplexer.exitCode(record)
      return viewSession(record, env, { running: session, exitCode, now })
    }),
  )
}

/** How many sessions run in each env: env id → count. One call to the multiplexer, none to the store. */
export async function countRunningSessions(deps: Pick<SessionDeps, 'multiplexer'>): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const { id } of await deps.multiplexer.list()) {
    const envId = id.slice(0, id.indexOf('-'))
    counts.set(envId, (counts.get(envId) ?? 0) + 1)
  }
  return counts
}
