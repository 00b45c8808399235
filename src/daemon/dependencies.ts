import type { CareDeps } from '../core/care/model.ts'
import type { SetUpDeps } from '../core/names/set-up.ts'
import type { ChooseEngineDeps } from '../core/settings/choose-engine.ts'
import type { Settings } from '../core/settings/model.ts'
import type { OperationRegistry } from './operations/registry.ts'
import type { Redactor } from './redactor.ts'
import type { WaysIn } from './ways-in.ts'

/** Everything the daemon's rooms may ask for; built once, in main.ts. */
export interface DaemonDeps extends Omit<CareDeps, 'waysIn'>, SetUpDeps, Omit<ChooseEngineDeps, 'files'> {
  operations: OperationRegistry
  runningSessions: () => Promise<Map<string, number>>
  waysIn: WaysIn
  redactor: Redactor
  settings: Settings
  startedAt: Date
  version: string
  /** Ends the process after its answer is sent. */
  stop: () => void
}
