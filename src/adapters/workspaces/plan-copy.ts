import { availableParallelism } from 'node:os'
import type { BytePath } from './bytes.ts'
import { isText, joinBytes } from './bytes.ts'
import type { SourceDirectory } from './walk.ts'

/** What one run of the copying program takes: paths copied whole, with all below them. */
export interface Batch {
  paths: BytePath[]
  files: number
  /** What it costs, in files; an empty directory is not free. */
  weight: number
}

export interface CopyPlan {
  /** Directories that are made one by one because not all of them comes along, or for being large; top first. */
  opened: BytePath[]
  batches: Batch[]
  /** Names that are no UTF-8 cannot be arguments; they are passed another way. */
  odd: BytePath[]
  files: number
}

/** Batches for each core: enough that all end at about the same time. */
const batchesPerCore = 2
/** Files that are not worth another program: its start costs this process 5 ms, as much as copying 100 files takes. */
const leastFiles = 1000
/** Bytes of paths in one argument list; Linux allows 2 MiB with the environment, macOS 1 MiB. */
const batchBytes = 100_000

/** Cuts a tree into batches that can be copied side by side. */
export function planCopy(top: SourceDirectory, cores = availableParallelism()): CopyPlan {
  const batchFiles = Math.max(leastFiles, Math.ceil(top.files / (cores * batchesPerCore)))
  const plan: CopyPlan = { opened: [], batches: [], odd: [], files: top.files }
  let bytes = batchBytes
  open(top)
  return plan

  function open(directory: SourceDirectory): void {
    plan.opened.push(directory.path)
    for (const name of directory.leaves) take(joinBytes(directory.path, name), 1)
    for (const child of directory.directories) {
      if (child.partial || child.files > batchFiles) open(child)
      else take(child.path, child.files)
    }
  }

  function take(path: BytePath, files: number): void {
    if (!isText(path)) {
      plan.odd.push(path)
      return
    }
    const batch = plan.batches.at(-1)
    const weight = Math.max(files, 1)
    bytes += path.length + 1
    if (batch === undefined || batch.weight + weight > batchFiles || bytes > batchBytes) {
      plan.batches.push({ paths: [path], files, weight })
      bytes = path.length + 1
    } else {
      batch.paths.push(path)
      batch.files += files
      batch.weight += weight
    }
  }
}
