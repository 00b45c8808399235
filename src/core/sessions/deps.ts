import type { KeyedLock } from '../../lib/keyed-lock.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Clock, Multiplexer, Programs, Store, Transcripts } from '../ports.ts'

/** Everything the use cases of sessions may ask for; each takes the slice it needs. */
export interface SessionDeps {
  store: Pick<Store, 'envs' | 'sessions' | 'addSession' | 'endSession' | 'removeSession'>
  multiplexer: Multiplexer
  transcripts: Transcripts
  programs: Programs
  clock: Clock
  events: Pick<EventLog, 'tell'>
  locks: KeyedLock
  /** `sessions(envId)`: directory of an env's session files. */
  paths: { sessions(envId: string): string }
}
