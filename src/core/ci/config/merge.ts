import { isDeepStrictEqual } from 'node:util'
import type { CiDocument, StageDocument } from '../../config/ci-schema.ts'
import { configInvalid } from '../../config/faults.ts'
import type { ConfigFault } from '../../config/model.ts'

/** A file that says something about the pipeline. */
export interface CiFile {
  /** As the user knows it: `berth.toml`. */
  file: string
  document: CiDocument
  /** Where a key of a stage or profile stands, counted from 1. */
  locate: (path: readonly string[]) => { line: number; column: number }
}

/**
 * What several files say as one: each may add stages and keys. Throws CONFIG_INVALID, naming both places, where two of
 * them say different things about one key: which of them would hold is nothing to guess.
 */
export function mergeFiles(files: readonly CiFile[]): CiDocument {
  const faults: ConfigFault[] = []
  const [first, ...others] = files
  let merged = first?.document ?? {}
  const before = first === undefined ? [] : [first]
  for (const file of others) {
    faults.push(...disagreements(before, file))
    merged = join(merged, file.document)
    before.push(file)
  }
  if (faults.length > 0) throw configInvalid(faults)
  return merged
}

/** One document over another: what the other says of a key replaces it. */
export function overlayStages(under: CiDocument, over: CiDocument): CiDocument {
  return join(under, over)
}

function join(under: CiDocument, over: CiDocument): CiDocument {
  const names = new Set([...Object.keys(under.stages ?? {}), ...Object.keys(over.stages ?? {})])
  const stages = [...names].map((name) => [name, { ...under.stages?.[name], ...over.stages?.[name] }] as const)
  return {
    ...under,
    ...over,
    stages: Object.fromEntries<StageDocument>(stages),
    profiles: { ...under.profiles, ...over.profiles },
  }
}

function disagreements(before: readonly CiFile[], file: CiFile): ConfigFault[] {
  const tables = ['stages', 'profiles'] as const
  return tables.flatMap((table) =>
    Object.entries(file.document[table] ?? {}).flatMap(([name, mine]) =>
      Object.entries(mine).flatMap(([key, value]) => {
        const rival = before.find(({ document }) => {
          const theirs: Record<string, unknown> = document[table]?.[name] ?? {}
          return key in theirs && !isDeepStrictEqual(theirs[key], value)
        })
        return rival === undefined ? [] : disagreement(rival, file, [table, name, key])
      }),
    ),
  )
}

function disagreement(one: CiFile, other: CiFile, path: readonly string[]): ConfigFault[] {
  const [table = '', name = '', key = ''] = path
  const subject = `${table === 'stages' ? 'stage' : 'profile'} ${name}: ${key} differs from that in`
  return [
    { file: one.file, ...one.locate(path), key: path.join('.'), message: `${subject} ${other.file}` },
    { file: other.file, ...other.locate(path), key: path.join('.'), message: `${subject} ${one.file}` },
  ]
}
