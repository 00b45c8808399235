import { closest } from '../../lib/closest.ts'
import { quoteCommand } from '../../lib/quote.ts'
import { AppError } from '../errors.ts'
import type { Pipeline, Profile, Stage } from './model.ts'

/** Which stages a caller wants. */
export interface Selection {
  /** By name; empty: those of the profile, else the enabled ones. */
  stages: readonly string[]
  /** Also those the named ones depend on. */
  needed: boolean
  /** All there are. */
  all: boolean
}

/** The profile of this name. Throws CI_PROFILE_UNKNOWN. */
export function findProfile({ profiles }: Pipeline, name: string): Profile {
  const profile = profiles[name]
  if (profile !== undefined) return profile
  throw new AppError('CI_PROFILE_UNKNOWN', `no profile is called ${name}`, didYouMean(name, Object.keys(profiles)))
}

/**
 * The stages to run, each behind those it depends on and else in the pipeline's order. Throws CI_NO_STAGES,
 * CI_STAGE_UNKNOWN, CI_DEPENDENCY_CYCLE, CI_DEPENDENCY_UNSELECTED: whatever is wrong is said before anything runs.
 */
export function selectStages(
  pipeline: Pipeline,
  { stages: names, needed, all }: Selection,
  profile: Profile | null,
): Stage[] {
  const { stages } = pipeline
  if (stages.length === 0) throw new AppError('CI_NO_STAGES', 'no stage is configured, and none was detected here')
  checkDependencies(stages)
  const asked = names.length > 0 ? names : (profile?.stages ?? [])
  const named = asked.flatMap((name) => find(stages, name))
  const wanted = needed ? withNeeded(stages, named) : named
  const isWanted =
    wanted.length > 0 ? (stage: Stage) => wanted.includes(stage.name) : (stage: Stage) => all || stage.enabled
  const selected = stages.filter(isWanted)
  if (selected.length === 0)
    throw new AppError('CI_NO_STAGES', 'every stage is disabled', { hint: 'berth ci --all runs them nevertheless' })
  const missing = selected.flatMap(({ name, dependsOn }) =>
    dependsOn.filter((needed) => !selected.some((one) => one.name === needed)).map((needed) => ({ name, needed })),
  )
  if (missing.length > 0) throw unselected(selected, missing)
  return inOrder(selected)
}

/** These stages and all they depend on. */
function withNeeded(stages: readonly Stage[], names: readonly string[]): string[] {
  const found = new Set(names)
  // what is added meanwhile is walked through too
  for (const name of found)
    for (const needed of stages.find((one) => one.name === name)?.dependsOn ?? []) found.add(needed)
  return [...found]
}

/** These stages and all that depend on them. */
export function withDependents(stages: readonly Stage[], names: readonly string[]): string[] {
  const found = new Set(names)
  for (const name of found) for (const stage of stages) if (stage.dependsOn.includes(name)) found.add(stage.name)
  return stages.flatMap(({ name }) => (found.has(name) ? name : []))
}

/** The stage of this name, or all a matrix makes of it. */
function find(stages: readonly Stage[], name: string): string[] {
  const found = stages.filter((one) => one.name === name || one.base === name)
  if (found.length > 0) return found.map((one) => one.name)
  const known = [...new Set(stages.flatMap((one) => [one.base, one.name]))]
  throw new AppError('CI_STAGE_UNKNOWN', `no stage is called ${name}`, {
    ...didYouMean(name, known),
    details: { stage: name, stages: stages.map((one) => one.name) },
  })
}

function didYouMean(name: string, known: readonly string[]): { hint?: string } {
  const near = closest(name, known)
  if (near !== undefined) return { hint: `did you mean ${near}?` }
  return known.length === 0 ? {} : { hint: `there are ${known.join(', ')}` }
}

function unselected(selected: readonly Stage[], missing: readonly { name: string; needed: string }[]): AppError {
  const said = missing.map(({ name, needed }) => `${name} depends on ${needed}`).join(', ')
  const names = [...new Set([...missing.map(({ needed }) => needed), ...selected.map(({ name }) => name)])]
  return new AppError('CI_DEPENDENCY_UNSELECTED', `${said}, which would not run`, {
    hint: `berth ci ${quoteCommand([...names])}`,
  })
}

/** Throws CI_STAGE_UNKNOWN and CI_DEPENDENCY_CYCLE. */
function checkDependencies(stages: readonly Stage[]): void {
  for (const { name, dependsOn } of stages) {
    const unknown = dependsOn.find((needed) => !stages.some((one) => one.name === needed))
    if (unknown === undefined) continue
    const { hint } = didYouMean(
      unknown,
      stages.map((one) => one.name),
    )
    throw new AppError(
      'CI_STAGE_UNKNOWN',
      `stage ${name} depends on ${unknown}, which there is not`,
      hint ? { hint } : {},
    )
  }
  const cycle = findCycle(stages)
  if (cycle !== undefined)
    throw new AppError('CI_DEPENDENCY_CYCLE', `stages depend on each other: ${cycle.join(' → ')}`, {
      details: { cycle },
    })
}

/** The names of a circle, the first one again at its end. */
function findCycle(stages: readonly Stage[]): string[] | undefined {
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    if (done.has(name)) return undefined
    for (const needed of stages.find((one) => one.name === name)?.dependsOn ?? []) {
      const found = visit(needed, [...path, name])
      if (found !== undefined) return found
    }
    done.add(name)
    return undefined
  }
  for (const { name } of stages) {
    const found = visit(name, [])
    if (found !== undefined) return found
  }
  return undefined
}

function inOrder(stages: readonly Stage[]): Stage[] {
  const ordered: Stage[] = []
  const place = (stage: Stage) => {
    if (ordered.includes(stage)) return
    for (const needed of stages) if (stage.dependsOn.includes(needed.name)) place(needed)
    ordered.push(stage)
  }
  for (const stage of stages) place(stage)
  return ordered
}
