import { at, type Listing, stringsOf, type Table, tableAt, valueAt } from '../listing.ts'

/** Names of everything a Python project asks for, for its work too: lower case, `-` between words. */
export function packagesOf(listing: Listing, directory: string): Set<string> {
  const pyproject = listing.table(at(directory, 'pyproject.toml'))
  const pipfile = tomlTable(listing, at(directory, 'Pipfile'))
  const lines = [
    ...stringsOf(valueAt(pyproject, 'project', 'dependencies')),
    ...listsOf(tableAt(pyproject, 'project', 'optional-dependencies')),
    ...listsOf(tableAt(pyproject, 'dependency-groups')),
    ...stringsOf(valueAt(pyproject, 'tool', 'uv', 'dev-dependencies')),
    ...requirementLines(listing, directory),
  ]
  const tables = [
    tableAt(pyproject, 'tool', 'poetry', 'dependencies'),
    tableAt(pyproject, 'tool', 'poetry', 'dev-dependencies'),
    ...Object.keys(tableAt(pyproject, 'tool', 'poetry', 'group')).map((group) =>
      tableAt(pyproject, 'tool', 'poetry', 'group', group, 'dependencies'),
    ),
    tableAt(pipfile, 'packages'),
    tableAt(pipfile, 'dev-packages'),
  ]
  const names = [...lines.map((line) => /^\s*([\w.-]+)/.exec(line)?.[1] ?? ''), ...tables.flatMap(Object.keys)]
  return new Set(names.map((name) => name.toLowerCase().replaceAll(/[._]+/g, '-')))
}

const listsOf = (table: Table) => Object.values(table).flatMap(stringsOf)

function tomlTable(listing: Listing, path: string): Table | undefined {
  return listing.has(path) ? listing.table(path) : undefined
}

function requirementLines(listing: Listing, directory: string): string[] {
  const own = new RegExp(
    `^${RegExp.escape(at(directory, ''))}(requirements/)?(requirements[^/]*|dev|test|lint)\\.(txt|in)$`,
  )
  return listing.files
    .filter((file) => own.test(file))
    .flatMap((file) => (listing.text(file) ?? '').split('\n'))
    .filter((line) => !/^\s*[-#]/.test(line))
}
