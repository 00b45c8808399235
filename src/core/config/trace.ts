import type { ConfigFault } from './model.ts'

/** A config file as it is written. */
export interface WrittenFile {
  /** Absolute. */
  path: string
  exists: boolean
  /** What it says, by dotted key; empty where it has faults. */
  values: ReadonlyMap<string, WrittenValue>
  faults: readonly ConfigFault[]
}

export interface WrittenValue {
  value: unknown
  /** Counted from 1; null where the file is of another tool, and converted. */
  line: number | null
}

/** Where a setting has its value from. */
export type SettingSource =
  | { kind: 'default' }
  | { kind: 'file'; name: string; line: number | null }
  | { kind: 'variable'; name: string }
  /** Made from something else: `the compose file`, `the directory`. */
  | { kind: 'derived'; name: string }

/** A setting as it is in effect. */
export interface EffectiveSetting {
  key: string
  value: unknown
  source: SettingSource
}

/** Every value in effect with where it comes from: the last file that says it (in its words), else it is a default. */
export function traceSettings(
  effective: Readonly<Record<string, unknown>>,
  files: readonly WrittenFile[],
): EffectiveSetting[] {
  return Object.entries(effective).map(([key, value]) => {
    const file = files.findLast(({ values }) => values.has(key))
    const written = file?.values.get(key)
    if (file === undefined || written === undefined) return { key, value, source: { kind: 'default' } }
    return { key, value: written.value, source: { kind: 'file', name: file.path, line: written.line } }
  })
}

/** A document as dotted keys: tables are opened, lists are values. Keys with dots in them are quoted. */
export function flatten(document: unknown, path: readonly string[] = []): { path: string[]; value: unknown }[] {
  if (!isTable(document)) return [{ path: [...path], value: document }]
  return Object.entries(document).flatMap(([key, value]) => flatten(value, [...path, key]))
}

/** The words of a key as people write it. */
export const dottedKey = (path: readonly (string | number)[]): string =>
  path.map((part) => (/^[\w-]+$/.test(String(part)) ? part : JSON.stringify(part))).join('.')

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
