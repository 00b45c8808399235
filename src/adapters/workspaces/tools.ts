import type { Bases } from './bases.ts'
import type { CopyTools } from './copy-tree.ts'
import type { Git } from './git.ts'
import type { PackStore } from './packs.ts'
import type { Records } from './records.ts'

/** What everything in this folder works with, made once. */
export interface WorkspaceTools extends CopyTools {
  git: Git
  packs: PackStore
  bases: Bases
  records: Records
  /** Absolute path of a directory for files of the moment. */
  temporary: () => Promise<string>
}
