import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { RequestCounts } from '../ports/ingress.ts'
import type { DeployDeps } from './deps.ts'
import { applyRoutes, readCounts, untilRouted, untilUnrouted } from './ingress.ts'
import type { CanaryShare } from './model.ts'
import type { Rollout } from './rollout.ts'
import { watchDeployment, watchEvery } from './watch.ts'

/** Requests below which a share of failures says nothing. */
const fewest = 10

/**
 * Sends a share of the requests to a new version and watches it: its containers, and how many of its requests fail. Throws
 * CANARY_FAILED, which the steps answer by taking the share away again. Safe to repeat.
 */
export async function tryCanary(
  deps: DeployDeps,
  rollout: Rollout,
  share: CanaryShare,
  { emit, signal }: OperationScope,
): Promise<void> {
  await openShare(deps, rollout, share, true)
  await untilRouted(deps, rollout.app, rollout.deployment.id, signal)
  const { settings } = rollout.bundle
  const seconds = rollout.deployment.watchSeconds ?? settings.bakeSeconds ?? 0
  const watch = watchDeployment(deps, rollout.deployment)
  const count = () => readCounts(deps, rollout.app, share.countsHost)
  const before = await count()
  const deadline = deps.clock.now().getTime() + seconds * 1000
  let last = before
  do {
    last = (await count()) ?? last
    const fault = before && last && judge(since(before, last), settings.canary?.errors ?? 5)
    // that a container died explains why its requests fail; the engine may not know yet
    if (fault) await deps.clock.wait(watchEvery, signal)
    const died = await watch()
    if (died) throw failed(rollout, died.message, died.details)
    if (fault) throw failed(rollout, fault, { ...since(before, last ?? before) })
    await deps.clock.wait(watchEvery, signal)
  } while (deps.clock.now().getTime() < deadline)
  if (before && last) emit({ type: 'output', line: describe(since(before, last)) })
}

/** Takes its share away again. Harmless where it has none. */
export async function endCanary(deps: DeployDeps, rollout: Rollout, share: CanaryShare): Promise<void> {
  await openShare(deps, rollout, share, false)
  await untilUnrouted(deps, rollout.app, rollout.deployment.id)
  // what it has begun to answer
  await deps.clock.wait(Math.min(rollout.bundle.settings.drainSeconds * 1000, longestDrain))
}

/** How long a canary may finish requests before it ends, ms. */
const longestDrain = 1000

async function openShare(deps: DeployDeps, rollout: Rollout, share: CanaryShare, open: boolean): Promise<void> {
  rollout.deployment = { ...rollout.deployment, canary: { ...share, open } }
  await deps.store.deploys.saveDeployment(rollout.deployment)
  await applyRoutes(deps)
}

interface Counts {
  canary: RequestCounts
  stable: RequestCounts
}

/** What was counted between two looks. */
function since(before: Counts, now: Counts): Counts {
  const less = (one: RequestCounts, other: RequestCounts) => ({
    requests: one.requests - other.requests,
    failures: one.failures - other.failures,
  })
  return { canary: less(now.canary, before.canary), stable: less(now.stable, before.stable) }
}

const judge = ({ canary, stable }: Counts, errors: number) => errorRateFault(canary, stable, errors)

/** What is wrong with how many of a canary's requests fail; null where nothing is, or too few came to say. */
export function errorRateFault(canary: RequestCounts, stable: RequestCounts, errors: number): string | null {
  const rate = ({ requests, failures }: RequestCounts) => (requests === 0 ? 0 : (100 * failures) / requests)
  if (canary.requests < fewest || rate(canary) <= errors || rate(canary) <= rate(stable)) return null
  return `${canary.failures} of its ${canary.requests} requests failed`
}

const describe = ({ canary, stable }: Counts) =>
  `the canary answered ${canary.requests} requests, ${canary.failures} of them badly; the version before ${stable.requests}, ${stable.failures}`

const failed = ({ bundle }: Rollout, why: string, details: Record<string, unknown>) =>
  new AppError('CANARY_FAILED', `the canary of ${bundle.app} went back: ${why}`, { stage: 'canary', details })
