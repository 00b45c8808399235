import type { EventLog } from '../events/event-log.ts'
import type { SessionDeps } from './deps.ts'
import { listSessions } from './list-sessions.ts'
import type { SessionRecord } from './model.ts'

type NoticeDeps = Pick<SessionDeps, 'store' | 'multiplexer' | 'clock'> & { events: Pick<EventLog, 'tell'> }

/**
 * Notes and tells which sessions have ended since it last looked. Cheap enough for every second: a file is looked for by
 * each session that runs; with `all` the multiplexer is asked too, which knows those the machine went down under.
 */
export async function noticeEnds(deps: NoticeDeps, { all }: { all: boolean }): Promise<void> {
  const running = (await deps.store.sessions()).filter(({ endedAt }) => endedAt === undefined)
  if (running.length === 0) return
  for (const { session, exitCode } of all ? await endedOf(deps, running) : await leftNote(deps, running))
    await tellEnd(deps, session, exitCode)
}

interface Ended {
  session: SessionRecord
  exitCode: number | null
}

async function leftNote({ multiplexer }: NoticeDeps, running: readonly SessionRecord[]): Promise<Ended[]> {
  const looks = running.map(async (session) => ({ session, exitCode: await multiplexer.exitCode(session) }))
  return (await Promise.all(looks)).filter(({ exitCode }) => exitCode !== null)
}

async function endedOf(deps: NoticeDeps, running: readonly SessionRecord[]): Promise<Ended[]> {
  const views = new Map((await listSessions(deps)).map((view) => [view.id, view]))
  return running.flatMap((session) => {
    const view = views.get(session.id)
    return view === undefined || view.state === 'running' ? [] : [{ session, exitCode: view.exitCode }]
  })
}

async function tellEnd({ store, clock, events }: NoticeDeps, session: SessionRecord, exitCode: number | null) {
  await store.endSession(session.id, clock.now().toISOString())
  const env = (await store.envs()).find(({ id }) => id === session.envId)
  if (!env) return
  const data = { session: session.name, agent: session.agent, exitCode }
  await events.tell({ type: 'session.ended', subject: `${env.project}/${env.name}`, data })
}
