import type { CiDocument } from '../config/ci-schema.ts'
import type { CodeTrees, ResultCache, RunKeepsakes, RunRecords } from '../ports/ci.ts'
import type { Clock, Ids } from '../ports/clock.ts'
import type { LocalCiHost } from './config/local-ci.ts'
import type { CiFile } from './config/merge.ts'
import type { RepositoryFiles } from './detect/model.ts'
import type { RunBoard } from './runs/board.ts'
import type { RunKeepsake } from './runs/keepsake.ts'
import type { InputDigests } from './runs/key.ts'

/** The files that say something about a pipeline, as they were read. */
export interface CiConfig {
  files: readonly CiFile[]
  /** `.local-ci-remote.toml`: laid over the rest where stages run elsewhere. */
  elsewhere: CiDocument | null
  hosts: Readonly<Record<string, LocalCiHost>>
}

/** What `berth ci` needs of the world. */
export interface CiDeps {
  trees: CodeTrees
  digests: InputDigests
  records: RunRecords
  keepsakes: RunKeepsakes<RunKeepsake>
  results: ResultCache
  board: RunBoard
  clock: Clock
  ids: Ids
  /** Reads the config files of a repository. Throws CONFIG_INVALID. */
  loadCiConfig(root: string): Promise<CiConfig>
  /** The texts detection reads, of these files; all files of the directory where none are given. */
  readManifests(root: string, files: readonly string[] | undefined): Promise<RepositoryFiles>
  /** The directory whose checks a directory belongs to: the nearest with a config file, else the repository. */
  findRoot(directory: string): Promise<string>
}
