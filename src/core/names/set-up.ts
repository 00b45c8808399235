import type { ResolverSetup } from '../ports/names.ts'
import type { ResolverCheck } from '../ports.ts'
import { describeStep } from './resolver-describe.ts'
import type { ResolverPlan, ResolverService, ResolverWish } from './resolver-model.ts'

/** What setting names up may ask for. */
export interface SetUpDeps {
  resolverSetup: ResolverSetup
  resolver: ResolverCheck
  /** What is wanted of the machine's resolver: the names of this daemon. */
  wish: ResolverWish
  /** Listens where the machine's resolver will ask, from now on. Throws PORT_IN_USE, NEEDS_ROOT. */
  answerAt: (service: ResolverService) => Promise<void>
  /** The command that does the one step that needs root. */
  rootCommand: (undo: boolean) => string[]
}

/** What setting up (or taking it back) would change, for a person to read. */
export interface SetUpPreview {
  /** Domain of the names. */
  suffix: string
  method: string | null
  /** Nothing has to be changed. */
  inPlace: boolean
  /** Lines, as in a diff. */
  changes: string[]
  warnings: string[]
  /** Whether a program on this machine that looks up a name reaches Berth now. */
  reaches: boolean
  rootCommand: string[]
}

/** Tells what would change; touches nothing. Throws RESOLVER_UNSUPPORTED. */
export async function previewSetUp(deps: SetUpDeps, { undo }: { undo: boolean }): Promise<SetUpPreview> {
  const { method, steps, warnings } = undo
    ? { method: null, ...(await deps.resolverSetup.planUndo()) }
    : await allSteps(deps)
  return {
    suffix: deps.wish.suffix,
    method,
    inPlace: steps.length === 0,
    changes: steps.flatMap(describeStep),
    warnings,
    reaches: await deps.resolver.works(),
    rootCommand: deps.rootCommand(undo),
  }
}

async function allSteps(deps: SetUpDeps): Promise<Pick<ResolverPlan, 'method' | 'steps' | 'warnings'>> {
  const { method, undo, steps, warnings } = await deps.resolverSetup.plan(deps.wish)
  return { method, steps: [...undo, ...steps], warnings }
}

/**
 * Sets the names up, or takes that back. Berth listens before anybody is sent to it. Throws NEEDS_ROOT with the command
 * that does it as root, PORT_IN_USE, RESOLVER_FAILED (everything as it was).
 */
export async function applySetUp(deps: SetUpDeps, { undo }: { undo: boolean }): Promise<{ reaches: boolean }> {
  if (undo) await deps.resolverSetup.undo(deps.rootCommand(true))
  else {
    const plan = await deps.resolverSetup.plan(deps.wish)
    if (deps.wish.daemonUid === 0) await deps.answerAt(plan.service)
    await deps.resolverSetup.apply(plan, deps.rootCommand(false))
  }
  return { reaches: await deps.resolver.works() }
}

/** Begins to answer where a set-up made by another process (as root) sends the machine's questions. */
export async function activateSetUp(deps: SetUpDeps): Promise<{ reaches: boolean }> {
  const record = await deps.resolverSetup.current()
  if (record !== null && record.wish.home === deps.wish.home) await deps.answerAt(record.service)
  return { reaches: await deps.resolver.works() }
}
