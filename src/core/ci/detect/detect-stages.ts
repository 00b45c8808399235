import { detectGo } from './go.ts'
import { detectJava } from './java.ts'
import { detectJavascript } from './javascript/detect.ts'
import { openListing } from './listing.ts'
import { type DetectedStage, type DetectedUnit, type RepositoryFiles, stageKinds } from './model.ts'
import { detectPhp } from './php.ts'
import { detectPython } from './python/detect.ts'
import { requireReadable } from './readable.ts'
import { detectRuby } from './ruby.ts'
import { detectRust } from './rust.ts'
import { detectSwift } from './swift.ts'
import { detectTargets } from './targets.ts'

const detectors = [detectRust, detectJavascript, detectPython, detectGo, detectJava, detectSwift, detectRuby, detectPhp]

/**
 * The stages a repository offers by what is in it, quick checks first: formatting, lint, types, tests, build. Plain names
 * (`test`) for the repository itself, with the package before them (`api:test`) for those below. Throws CONFIG_INVALID.
 */
export function detectStages(repository: RepositoryFiles): DetectedStage[] {
  requireReadable(repository)
  const listing = openListing(repository)
  const found = detectors.flatMap((detect) => detect(listing)).filter(({ checks }) => checks.length > 0)
  const covered = new Set(found.flatMap(({ checks }) => checks.map(({ kind }) => kind)))
  const units = [...found, ...detectTargets(listing, covered)]
  return nameStages(units)
}

function nameStages(units: readonly DetectedUnit[]): DetectedStage[] {
  const labels = labelsOf(units)
  const stages = units.flatMap((unit) =>
    unit.checks.map((check) => {
      const rival = units.some((other) => other !== unit && offersSame(other, unit.directory, check.kind))
      const parts = [labels.get(unit.directory) ?? '', rival ? unit.ecosystem : '', check.kind]
      const { ecosystem, directory } = unit
      return { ...check, name: parts.filter((part) => part !== '').join(':'), directory, ecosystem }
    }),
  )
  const order = (stage: DetectedStage) => stageKinds.indexOf(stage.kind)
  return stages.sort((one, other) => order(one) - order(other))
}

const offersSame = ({ directory, checks }: DetectedUnit, where: string, kind: string) =>
  directory === where && checks.some((check) => check.kind === kind)

/** A short name for each directory: its own where no other has it, else its whole path. */
function labelsOf(units: readonly DetectedUnit[]): Map<string, string> {
  const directories = [...new Set(units.map(({ directory }) => directory))]
  const short = (directory: string) => clean(directory.split('/').at(-1) ?? '')
  return new Map(
    directories.map((directory) => {
      const unique = directories.filter((other) => short(other) === short(directory)).length === 1
      return [directory, unique ? short(directory) : clean(directory)]
    }),
  )
}

/** What a stage may be called: letters, digits, `.`, `_` and `-`. */
const clean = (text: string) => text.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^-+|-+$/g, '')
