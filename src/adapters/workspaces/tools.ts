import type { Bases } from './bases.ts'
import type { CopyTools } from './copy-tree.ts'
import type { Git } from './git.ts'
import type { PackStore } from './packs.ts'
import type { Records } from './records.ts'
import type { Starts } from './starts.ts'

/** What everything in this folder works with, made once. */
export interface WorkspaceTools extends CopyTools {
  git: Git
  packs: PackStore
  bases: Bases
  records: Records
  starts: Starts
  /** Absolute path of a directory for files of the moment. */
  temporary: () => Promise<string>
}
