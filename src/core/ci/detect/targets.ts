import type { Listing } from './listing.ts'
import type { DetectedCheck, DetectedUnit, StageKind } from './model.ts'
import { tools } from './tools.ts'

/** Targets that check and change nothing, the first that exists of each kind; then those that mend it. */
const names: readonly (readonly [StageKind, readonly string[], readonly string[]])[] = [
  ['fmt', ['fmt-check', 'format-check', 'check-fmt', 'check-format', 'fmtcheck'], ['fmt', 'format']],
  ['lint', ['lint', 'check-lint'], ['lint-fix', 'fix']],
  ['typecheck', ['typecheck', 'type-check', 'types', 'mypy'], []],
  ['test', ['test', 'tests', 'unit-test', 'check'], []],
  ['build', ['build', 'all'], []],
]

/**
 * Targets of the repository's Makefile or justfile. `covered` kinds are left out: where the tools of a language were
 * found, a target of the same name as a rule runs just these.
 */
export function detectTargets(listing: Listing, covered: ReadonlySet<StageKind>): DetectedUnit[] {
  const just = listing.firstOf('', ['justfile', 'Justfile', '.justfile'])
  const make = listing.firstOf('', ['GNUmakefile', 'makefile', 'Makefile'])
  const justTargets = targetsOf(just && listing.text(just), /^@?([\w-]+)(?:[ \t][^:\n]*)?:(?!=)/gm)
  const makeTargets = targetsOf(make && listing.text(make), /^([\w-]+(?:[ \t]+[\w-]+)*)[ \t]*::?(?!=)/gm)
  const checks = names
    .filter(([kind]) => !covered.has(kind))
    .flatMap(([kind, wanted, fixes]): DetectedCheck[] => {
      const common = { kind, inputs: ['**'], prepare: null }
      const pick = (targets: ReadonlySet<string>) => wanted.find((name) => targets.has(name))
      const fix = (targets: ReadonlySet<string>) => fixes.find((name) => targets.has(name))
      const [byJust, byMake] = [pick(justTargets), pick(makeTargets)]
      if (byJust !== undefined && just !== undefined)
        return [{ ...common, ...run('just', byJust, fix(justTargets)), tool: tools.just, source: just }]
      if (byMake !== undefined && make !== undefined)
        return [{ ...common, ...run('make', byMake, fix(makeTargets)), tool: tools.make, source: make }]
      return []
    })
  return checks.length === 0 ? [] : [{ ecosystem: 'make', directory: '', checks }]
}

const run = (program: string, target: string, fix: string | undefined) => ({
  argv: [program, target],
  fix: fix === undefined ? null : [program, fix],
})

function targetsOf(text: string | undefined, pattern: RegExp): Set<string> {
  return new Set([...(text ?? '').matchAll(pattern)].flatMap(([, targets = '']) => targets.split(/[ \t]+/)))
}
