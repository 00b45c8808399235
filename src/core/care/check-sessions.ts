import { orphanSessions } from '../sessions/orphan-sessions.ts'
import type { CareDeps, Fault } from './model.ts'

/** Sessions that run although no env has them. */
export async function checkSessions(deps: CareDeps): Promise<Fault[]> {
  return (await orphanSessions(deps)).map(({ id }) => ({
    kind: 'orphaned-session',
    subject: id,
    problem: 'the session runs although no env has it',
    remedy: 'end it',
    severity: 'warning',
    repair: () => deps.multiplexer.kill(id),
  }))
}
