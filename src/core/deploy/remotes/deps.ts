import type { KeyedLock } from '../../../lib/keyed-lock.ts'
import type { HomePaths } from '../../home/paths.ts'
import type { Clock, Files, Host } from '../../ports.ts'

/** What repositories that apps are deployed from need of the world. */
export interface RemoteDeps {
  files: Files
  paths: HomePaths
  clock: Pick<Clock, 'now'>
  locks: KeyedLock
  host: Host
  /** Variables of the daemon. */
  environment: Readonly<Record<string, string | undefined>>
  /** The command line that runs `berth` with this home. */
  berthProgram: readonly string[]
}
