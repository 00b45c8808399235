import { at, type Listing } from './listing.ts'
import type { DetectedCheck, DetectedUnit } from './model.ts'
import { tools } from './tools.ts'

/** Checks of tools that are set up by a file of their own; the first of each kind. */
const configured = [
  {
    file: '.swiftformat',
    kind: 'fmt',
    argv: ['swiftformat', '--lint', '.'],
    fix: ['swiftformat', '.'],
    tool: tools.swiftformat,
  },
  {
    file: '.swift-format',
    kind: 'fmt',
    argv: ['swift', 'format', 'lint', '--strict', '--recursive', '.'],
    fix: ['swift', 'format', '--in-place', '--recursive', '.'],
    tool: tools.swift,
  },
  {
    file: '.swiftlint.yml',
    kind: 'lint',
    argv: ['swiftlint', 'lint', '--strict', '--quiet'],
    fix: ['swiftlint', 'lint', '--fix', '--quiet'],
    tool: tools.swiftlint,
  },
] as const

/** Swift packages. */
export function detectSwift(listing: Listing): DetectedUnit[] {
  return listing.directoriesWith('Package.swift').map((directory) => unit(listing, directory))
}

function unit(listing: Listing, directory: string): DetectedUnit {
  const common = { prepare: null, inputs: [at(directory, '**')] }
  const own = { ...common, fix: null, tool: tools.swift, source: at(directory, 'Package.swift') }
  const style = configured
    .filter(({ file }) => listing.has(at(directory, file)))
    .filter(({ kind }, index, all) => all.findIndex((other) => other.kind === kind) === index)
    .map(({ file, ...check }): DetectedCheck => ({ ...common, ...check, source: at(directory, file) }))
  const tested = listing.anyBelow(directory, /^Tests\/.+\.swift$/)
  const test: DetectedCheck[] = tested ? [{ ...own, kind: 'test', argv: ['swift', 'test'] }] : []
  return {
    ecosystem: 'swift',
    directory,
    checks: [...style, ...test, { ...own, kind: 'build', argv: ['swift', 'build'] }],
  }
}
