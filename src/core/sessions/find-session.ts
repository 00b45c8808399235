import { closest } from '../../lib/closest.ts'
import type { EnvRecord } from '../envs/model.ts'
import { AppError } from '../errors.ts'
import type { SessionDeps } from './deps.ts'
import { listSessions } from './list-sessions.ts'
import type { SessionView } from './model.ts'

/** Which session of an env is meant. */
export interface SessionRef {
  env: Pick<EnvRecord, 'id' | 'name'>
  /** Its name; when absent the running one that was started last, else the one that ended last. */
  name?: string | undefined
}

/** The session a reference means. Throws SESSION_NOT_FOUND. */
export async function findSession(
  deps: Pick<SessionDeps, 'store' | 'multiplexer' | 'clock'>,
  { env, name }: SessionRef,
): Promise<SessionView> {
  const sessions = await listSessions(deps, { envId: env.id })
  const found =
    name === undefined
      ? (sessions.findLast(({ state }) => state === 'running') ?? sessions.at(-1))
      : sessions.find((session) => session.name === name)
  if (found) return found
  if (name === undefined)
    throw new AppError('SESSION_NOT_FOUND', `${env.name} has no session`, {
      hint: `berth run <agent|command> ${env.name} starts one`,
    })
  const near = closest(
    name,
    sessions.map((session) => session.name),
  )
  throw new AppError('SESSION_NOT_FOUND', `${env.name} has no session called ${name}`, {
    details: { name },
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  })
}
