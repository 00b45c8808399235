import { join } from 'node:path'
import { addToFile, readTables } from '../config/add-table.ts'
import { AppError } from '../errors.ts'
import type { Files } from '../ports.ts'
import type { CiDeps } from './deps.ts'
import type { DetectedStage } from './detect/model.ts'
import { ciTable } from './init-text.ts'

/** What `berth ci init` found and did. */
export interface InitResult {
  root: string
  /** The config file. */
  file: string
  /** False where one has said before how the checks run: it is left as it is. */
  written: boolean
  /** What was added. */
  added: string
  stages: DetectedStage[]
}

/** Files that say how checks run. */
const others = ['.local-ci.toml', '.local-ci-remote.toml']

/**
 * Adds a `[ci]` table to the repository's berth.toml, which is made where there is none; what stands in it stays, byte for
 * byte. Throws CONFIG_INVALID for a file that is no TOML, CI_NO_STAGES where nothing was detected.
 */
export async function initPipeline(
  deps: Pick<CiDeps, 'findRoot' | 'readManifests' | 'trees'> & {
    files: Pick<Files, 'readText' | 'writeText' | 'mode'>
  },
  directory: string,
  dryRun: boolean,
): Promise<InitResult> {
  const root = await deps.findRoot(directory)
  const tree = await deps.trees.read(root)
  const paths = tree?.map(({ path }) => path)
  const { detectStages } = await import('./detect/detect-stages.ts')
  const stages = detectStages(await deps.readManifests(root, paths))
  const file = join(root, 'berth.toml')
  const text = await deps.files.readText(file)
  const before = await configured(deps.files, root, file, text)
  if (before !== undefined) return { root, file: before, written: false, added: '', stages }
  if (stages.length === 0)
    throw new AppError('CI_NO_STAGES', `nothing in ${root} says how it is checked`, {
      hint: 'name a stage in berth.toml: [ci.stages.test] command = "…"',
    })
  const added = ciTable(stages)
  if (!dryRun) await addToFile(deps.files, file, added)
  return { root, file, written: !dryRun, added, stages }
}

/** The file that has said before how the checks run. */
async function configured(files: Pick<Files, 'readText'>, root: string, file: string, text: string | undefined) {
  if (text !== undefined && 'ci' in (await readTables(file, text))) return file
  for (const name of others) if ((await files.readText(join(root, name))) !== undefined) return join(root, name)
  return undefined
}
