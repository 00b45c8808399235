import { toAppError } from '../errors.ts'
import { checkCertificates } from './check-certificates.ts'
import { checkContexts } from './check-contexts.ts'
import { checkEnvs, checkSubnets } from './check-envs.ts'
import { checkJournal } from './check-journal.ts'
import { checkLost } from './check-lost.ts'
import { checkEngine, checkHome, checkPrograms } from './check-machine.ts'
import { checkNames } from './check-names.ts'
import { checkObjects } from './check-objects.ts'
import { checkPools } from './check-pools.ts'
import { checkRemotes } from './check-remotes.ts'
import { checkSessions } from './check-sessions.ts'
import { checkStuck } from './check-stuck.ts'
import { checkTunnels } from './check-tunnels.ts'
import { checkWorkspaces } from './check-workspaces.ts'
import type { CareDeps, Check, Fault, Finding } from './model.ts'

/** What is looked at, in the order it is mended: the machine first, what depends on it after. */
export const checks: Readonly<Record<string, Check>> = {
  programs: checkPrograms,
  engine: checkEngine,
  home: checkHome,
  contexts: checkContexts,
  names: checkNames,
  subnets: checkSubnets,
  pools: checkPools,
  tunnels: checkTunnels,
  journal: checkJournal,
  'lost envs': checkLost,
  'envs half made': checkStuck,
  sessions: checkSessions,
  workspaces: checkWorkspaces,
  envs: checkEnvs,
  'engine objects': checkObjects,
  certificates: checkCertificates,
  remotes: checkRemotes,
}

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
  const looks = Object.entries(checks).map(([subject, check]) => look(deps, subject, check))
  const faults = (await Promise.all(looks)).flat()
  const examined: ExaminedFinding[] = []
  for (const fault of faults) examined.push(await treat(fault, fix))
  return examined
}

/** A check that fails is a finding like any other: the rest is looked at all the same. */
async function look(deps: CareDeps, subject: string, check: Check): Promise<Fault[]> {
  try {
    return await check(deps)
  } catch (error) {
    const { message, hint } = toAppError(error)
    return [
      { kind: 'check-failed', subject, problem: `could not be looked at: ${message}`, remedy: hint, severity: 'error' },
    ]
  }
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
