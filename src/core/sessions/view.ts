import type { EnvRecord } from '../envs/model.ts'
import type { MultiplexerSession } from '../ports.ts'
import type { SessionRecord, SessionState, SessionView } from './model.ts'

/** What the machine says about one session. */
export interface SessionFacts {
  /** Its entry in the multiplexer while it runs. */
  running: MultiplexerSession | undefined
  exitCode: number | null
  now: Date
}

/** Between its record and its process a session is neither running nor ended; longer than this it never came to be. */
const startingMs = 5000

/** A session as people see it. */
export function viewSession(
  { endedAt: _e, ...record }: SessionRecord,
  env: Pick<EnvRecord, 'project' | 'name'>,
  facts: SessionFacts,
): SessionView {
  const state = stateOf(record, facts)
  return {
    ...record,
    project: env.project,
    env: env.name,
    state,
    exitCode: state === 'exited' ? facts.exitCode : null,
    attached: facts.running?.attached ?? 0,
  }
}

function stateOf(record: SessionRecord, { running, exitCode, now }: SessionFacts): SessionState {
  if (running) return 'running'
  if (exitCode !== null) return 'exited'
  return now.getTime() - Date.parse(record.startedAt) < startingMs ? 'running' : 'lost'
}
