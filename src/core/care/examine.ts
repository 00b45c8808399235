import { toAppError } from '../errors.ts'
import { checkEnvs, checkSubnets } from './check-envs.ts'
import { checkJournal } from './check-journal.ts'
import { checkEngine, checkHome, checkPrograms } from './check-machine.ts'
import { checkNames } from './check-names.ts'
import { checkObjects } from './check-objects.ts'
import { checkSessions } from './check-sessions.ts'
import { checkWorkspaces } from './check-workspaces.ts'
import type { CareDeps, Check, Fault, Finding } from './model.ts'

/** What is looked at, in the order it is mended: the machine first, what depends on it after. */
export const checks: readonly Check[] = [
  checkPrograms,
  checkEngine,
  checkHome,
  checkNames,
  checkSubnets,
  checkJournal,
  checkSessions,
  checkWorkspaces,
  checkEnvs,
  checkObjects,
]

/** A finding, and what became of it. */
export interface ExaminedFinding extends Finding {
  /** Whether `--fix` can mend it. */
  repairable: boolean
  repaired: boolean
  /** Why mending failed, or null. */
  failure: string | null
}

/** Looks at everything; with `fix` mends what can be mended. Never throws for what it finds. */
export async function examine(deps: CareDeps, { fix }: { fix: boolean }): Promise<ExaminedFinding[]> {
  const faults = (await Promise.all(checks.map((check) => check(deps)))).flat()
  const examined: ExaminedFinding[] = []
  for (const fault of faults) examined.push(await treat(fault, fix))
  return examined
}

async function treat({ repair, ...finding }: Fault, fix: boolean): Promise<ExaminedFinding> {
  const seen = { ...finding, repairable: repair !== undefined, repaired: false, failure: null }
  if (!fix || repair === undefined) return seen
  try {
    await repair()
    return { ...seen, repaired: true }
  } catch (error) {
    return { ...seen, failure: toAppError(error).message }
  }
}
