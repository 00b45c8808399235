import { matchesGlob } from 'node:path/posix'
import { parse } from 'yaml'
import { at, below, isBelow, type Listing, stringsOf, tableAt, valueAt } from '../listing.ts'

/** The packages of a workspace. */
export interface Workspace {
  root: string
  members: readonly string[]
}

/** Every npm, pnpm, Yarn or Bun workspace among the directories that have a package.json. */
export function workspacesIn(listing: Listing, directories: readonly string[]): Workspace[] {
  return directories.flatMap((root) => {
    const patterns = patternsOf(listing, root)
    if (patterns.length === 0) return []
    const members = directories.filter(
      (one) => one !== root && isBelow(root, one) && included(below(root, one), patterns),
    )
    return [{ root, members }]
  })
}

function patternsOf(listing: Listing, root: string): string[] {
  const field = listing.table(at(root, 'package.json'))?.['workspaces']
  const own = Array.isArray(field) ? field : valueAt({ field }, 'field', 'packages')
  return [...stringsOf(own), ...pnpmPatterns(listing.text(at(root, 'pnpm-workspace.yaml')))]
}

function pnpmPatterns(text: string | undefined): string[] {
  if (text === undefined) return []
  try {
    const value: unknown = parse(text)
    return stringsOf(valueAt({ value }, 'value', 'packages'))
  } catch {
    return []
  }
}

function included(path: string, patterns: readonly string[]): boolean {
  const matches = (pattern: string) => matchesGlob(path, pattern.replace(/^\.\//, '').replace(/\/$/, ''))
  const [excluding, including] = [true, false].map((no) => patterns.filter((pattern) => pattern.startsWith('!') === no))
  return (including ?? []).some(matches) && !(excluding ?? []).some((pattern) => matches(pattern.slice(1)))
}

/** Packages of the same workspace a package is made from, itself left out, those of those too. */
export function dependenciesWithin(listing: Listing, { members }: Workspace, directory: string): string[] {
  const byName = new Map(members.map((member) => [listing.table(at(member, 'package.json'))?.['name'], member]))
  const found = new Set<string>()
  const visit = (one: string) => {
    for (const name of dependencyNames(listing, one)) {
      const member = byName.get(name)
      if (member === undefined || member === directory || found.has(member)) continue
      found.add(member)
      visit(member)
    }
  }
  visit(directory)
  return [...found].sort()
}

function dependencyNames(listing: Listing, directory: string): string[] {
  const table = listing.table(at(directory, 'package.json'))
  const keys = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
  return keys.flatMap((key) => Object.keys(tableAt(table, key)))
}
