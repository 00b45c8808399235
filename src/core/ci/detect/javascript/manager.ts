import { at, type Listing, tableAt } from '../listing.ts'
import type { DetectedTool, Preparation } from '../model.ts'
import { tools } from '../tools.ts'

/** How the scripts of a package are run. */
export interface PackageManager {
  tool: DetectedTool
  run: (script: string, flag?: string) => string[]
  prepare: Preparation | null
}

type Name = 'npm' | 'pnpm' | 'yarn' | 'bun'

const lockFiles: readonly (readonly [string, Name])[] = [
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
]

/** The manager of the package in a directory: by the nearest lock file or `packageManager` at or above it; else npm. */
export function managerOf(listing: Listing, directory: string): PackageManager {
  for (const place of upward(directory)) {
    const found = lockFiles.find(([file]) => listing.has(at(place, file)))
    const named = nameIn(listing.table(at(place, 'package.json'))?.['packageManager'])
    const name = named ?? found?.[1]
    if (name !== undefined) return manager(listing, name, place, found !== undefined)
  }
  return manager(listing, 'npm', directory, false)
}

function* upward(directory: string): Iterable<string> {
  for (let place = directory; place !== ''; place = place.slice(0, Math.max(0, place.lastIndexOf('/')))) yield place
  yield ''
}

function nameIn(field: unknown): Name | undefined {
  const name = typeof field === 'string' ? field.split('@')[0] : undefined
  return lockFiles.map(([, known]) => known).find((known) => known === name)
}

function manager(listing: Listing, name: Name, directory: string, locked: boolean): PackageManager {
  return {
    tool: tools[name],
    // npm alone wants the dashes; the others hand them on to the script
    run: (script, flag) => [name, 'run', script, ...(flag === undefined ? [] : name === 'npm' ? ['--', flag] : [flag])],
    prepare: needsPackages(listing, directory)
      ? { missing: at(directory, 'node_modules'), argv: install(listing, name, directory, locked), directory }
      : null,
  }
}

function needsPackages(listing: Listing, directory: string): boolean {
  const table = listing.table(at(directory, 'package.json'))
  const tables = ['dependencies', 'devDependencies', 'optionalDependencies'].map((key) => tableAt(table, key))
  const members = table?.['workspaces'] !== undefined || listing.has(at(directory, 'pnpm-workspace.yaml'))
  return members || tables.some((packages) => Object.keys(packages).length > 0)
}

function install(listing: Listing, name: Name, directory: string, locked: boolean): string[] {
  if (!locked) return [name, 'install']
  if (name === 'npm') return ['npm', 'ci']
  // Yarn 2 and newer have this file or name their version; they know no --frozen-lockfile
  const version = listing.table(at(directory, 'package.json'))?.['packageManager']
  const newer = typeof version === 'string' && /^yarn@([2-9]|\d\d)/.test(version)
  const modern = newer || listing.has(at(directory, '.yarnrc.yml'))
  return [name, 'install', name === 'yarn' && modern ? '--immutable' : '--frozen-lockfile']
}
