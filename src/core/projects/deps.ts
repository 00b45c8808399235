import type { KeyedLock } from '../../lib/keyed-lock.ts'
import type { ProjectConfig } from '../config/model.ts'
import type { HomePaths } from '../home/paths.ts'
import type { Clock, Files, Store } from '../ports.ts'

/** What the use cases of projects may ask for. */
export interface ProjectDeps {
  store: Store
  files: Files
  clock: Clock
  locks: KeyedLock
  paths: HomePaths
  /** The project's settings, every default filled in. Throws CONFIG_INVALID. */
  loadConfig: (directory: string) => Promise<ProjectConfig>
}
