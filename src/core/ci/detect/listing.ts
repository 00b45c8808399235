import { parse as parseToml } from 'smol-toml'
import { deepest } from './manifests.ts'
import type { RepositoryFiles } from './model.ts'
import { withoutMark } from './readable.ts'

/** A repository's files as detectors ask for them. */
export interface Listing {
  files: readonly string[]
  has(path: string): boolean
  /** The first of these names that is in the directory, as a path. */
  firstOf(directory: string, names: readonly string[]): string | undefined
  text(path: string): string | undefined
  /** A JSON or TOML table; undefined where there is none or it cannot be read. */
  table(path: string): Table | undefined
  /** Directories that hold a file of this name, those of vendored code, examples and test data left out; shortest first. */
  directoriesWith(name: string | RegExp): string[]
  /** Whether any file below the directory has such a path, relative to it. */
  anyBelow(directory: string, pattern: RegExp): boolean
}

export type Table = Record<string, unknown>

/** Code of others, and code that is there to be read or to fail: no checks of the repository's own. */
const strange =
  /^(node_modules|vendor|third_party|target|dist|\.venv|venv|fixtures?|__fixtures__|testdata|test-data|examples?|samples?|templates?|tests?|__tests__|spec)$/

/** Joins a directory (empty: the repository) and a name. */
export const at = (directory: string, name: string): string => (directory === '' ? name : `${directory}/${name}`)

/** A path relative to a directory above it. */
export const below = (directory: string, path: string): string =>
  directory === '' ? path : path.slice(directory.length + 1)

/** Whether a path lies below a directory. */
export const isBelow = (directory: string, path: string): boolean =>
  directory === '' || path.startsWith(`${directory}/`)

/** A view of the files; each manifest is parsed once. */
export function openListing({ files, texts }: RepositoryFiles): Listing {
  const known = new Set(files)
  const tables = new Map<string, Table | undefined>()
  const read = (path: string) => {
    const text = texts.get(path)
    return text === undefined ? undefined : parseTable(path, text)
  }
  return {
    files,
    has: (path) => known.has(path),
    firstOf: (directory, names) => names.map((name) => at(directory, name)).find((path) => known.has(path)),
    text: (path) => texts.get(path),
    table(path) {
      if (!tables.has(path)) tables.set(path, read(path))
      return tables.get(path)
    },
    directoriesWith(name) {
      const found = new Set<string>()
      for (const file of files) {
        const parts = file.split('/')
        const last = parts.pop() ?? ''
        const hit = typeof name === 'string' ? last === name : name.test(last)
        if (hit && parts.length < deepest && !parts.some((part) => strange.test(part))) found.add(parts.join('/'))
      }
      return [...found].sort((one, other) => depth(one) - depth(other) || (one < other ? -1 : 1))
    },
    anyBelow: (directory, pattern) =>
      files.some((file) => isBelow(directory, file) && pattern.test(below(directory, file))),
  }
}

const depth = (directory: string) => (directory === '' ? 0 : directory.split('/').length)

function parseTable(path: string, text: string): Table | undefined {
  try {
    const value: unknown = path.endsWith('.json') ? JSON.parse(withoutMark(text)) : parseToml(text)
    return isTable(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A table inside a table, by the keys that lead to it; empty where there is none. */
export function tableAt(table: Table | undefined, ...keys: readonly string[]): Table {
  const found = valueAt(table, ...keys)
  return isTable(found) ? found : {}
}

/** A value inside a table, by the keys that lead to it. */
export function valueAt(table: Table | undefined, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inside, key) => (isTable(inside) ? inside[key] : undefined), table)
}

/** The strings of a value that should be a list of them. */
export const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
