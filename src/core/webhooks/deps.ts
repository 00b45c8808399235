import type { KeyedLock } from '../../lib/keyed-lock.ts'
import type { Sealer } from '../deploy/deps.ts'
import type { EventLog } from '../events/event-log.ts'
import type { HomePaths } from '../home/paths.ts'
import type { Clock, Files, Host, Ids, Store } from '../ports.ts'

/** What webhooks need from the world. */
export interface WebhookDeps {
  store: Pick<Store, 'webhooks' | 'contexts'>
  files: Pick<Files, 'exists' | 'writeText' | 'remove' | 'makeDirectory'>
  paths: HomePaths
  clock: Pick<Clock, 'now'>
  ids: Ids
  locks: KeyedLock
  host: Host
  sealer: Sealer
  events: Pick<EventLog, 'tell'>
  /** Variables of the daemon: what git and ssh need to reach the source. */
  environment: Readonly<Record<string, string | undefined>>
  /** The command line that runs `berth` with this home. */
  berthProgram: readonly string[]
  /** Told that there is work; it is done later. */
  wakeWebhooks: (id: string) => void
}
