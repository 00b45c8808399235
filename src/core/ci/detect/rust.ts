import { matchesGlob } from 'node:path/posix'
import { at, below, isBelow, type Listing, stringsOf, tableAt, valueAt } from './listing.ts'
import type { DetectedUnit } from './model.ts'
import { tools } from './tools.ts'

/** Cargo packages and workspaces: one unit a workspace, whose members share lock file and target directory. */
export function detectRust(listing: Listing): DetectedUnit[] {
  const directories = listing.directoriesWith('Cargo.toml')
  const workspaces = directories.filter((directory) => tableOf(listing, directory)?.['workspace'] !== undefined)
  const independent = directories.filter(
    (directory) => workspaces.includes(directory) || !workspaces.some((root) => governs(listing, root, directory)),
  )
  return independent
    .filter((directory) => tableOf(listing, directory) !== undefined)
    .map((directory) => unit(listing, directory))
}

const tableOf = (listing: Listing, directory: string) => listing.table(at(directory, 'Cargo.toml'))

/** Everything below a workspace belongs to it, but for what it excludes and other workspaces; Cargo refuses the rest. */
function governs(listing: Listing, root: string, directory: string): boolean {
  if (!isBelow(root, directory)) return false
  const path = below(root, directory)
  const excluded = stringsOf(valueAt(tableOf(listing, root), 'workspace', 'exclude'))
  return !excluded.some((pattern) => path === pattern || isBelow(pattern, path) || matchesGlob(path, pattern))
}

function unit(listing: Listing, directory: string): DetectedUnit {
  const source = at(directory, 'Cargo.toml')
  const workspace = Object.keys(tableAt(listing.table(source), 'workspace')).length > 0
  const all = workspace ? ['--workspace'] : []
  const everything = [at(directory, '**')]
  const style = ['**/*.rs', '**/Cargo.toml', 'rustfmt.toml', '.rustfmt.toml', 'rust-toolchain*']
  const common = { source, prepare: null }
  const allTargets = [...all, '--all-targets']
  return {
    ecosystem: 'rust',
    directory,
    checks: [
      {
        ...common,
        kind: 'fmt',
        argv: ['cargo', 'fmt', '--all', '--check'],
        fix: ['cargo', 'fmt', '--all'],
        inputs: style.map((pattern) => at(directory, pattern)),
        tool: tools.rustfmt,
      },
      {
        ...common,
        kind: 'lint',
        argv: ['cargo', 'clippy', ...allTargets, '--', '-D', 'warnings'],
        fix: ['cargo', 'clippy', '--fix', '--allow-dirty', '--allow-staged', ...allTargets],
        inputs: everything,
        tool: tools.clippy,
      },
      { ...common, kind: 'test', argv: ['cargo', 'test', ...all], fix: null, inputs: everything, tool: tools.cargo },
    ],
  }
}
