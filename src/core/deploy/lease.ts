import { AppError } from '../errors.ts'
import type { DeployDeps } from './deps.ts'
import type { AppRecord } from './model.ts'

/** How long one deploy may take before somebody else may take over, ms. */
const leaseTime = 30 * 60_000

interface LeaseRequest {
  owner: string
  operation: string
  /** Takes it from whoever has it. */
  breakLock: boolean
}

type LeaseDeps = Pick<DeployDeps, 'store' | 'locks' | 'clock' | 'isUnderWay' | 'cancelOperation'>

/** Runs work on an app that nobody else works on meanwhile. Throws APP_LOCKED, at once. */
export async function withLease<T>(
  deps: LeaseDeps,
  app: AppRecord,
  request: LeaseRequest,
  work: () => Promise<T>,
): Promise<T> {
  await deps.locks.run(`lease:${app.id}`, () => take(deps, app, request))
  try {
    return await work()
  } finally {
    // one that cannot be given back (a full disk) holds nothing once its operation is over
    await deps.locks.run(`lease:${app.id}`, () => giveBack(deps, app, request.operation)).catch(() => undefined)
  }
}

async function take(deps: LeaseDeps, app: AppRecord, request: LeaseRequest): Promise<void> {
  const current = (await deps.store.deploys.app(app.context, app.name)) ?? app
  const now = deps.clock.now()
  const { lease } = current
  // a lease whose operation a killed berthd took with it holds nothing any more
  const isOthers = lease && lease.operation !== request.operation && deps.isUnderWay(lease.operation)
  if (isOthers && Date.parse(lease.expiresAt) > now.getTime() && !request.breakLock)
    throw new AppError(
      'APP_LOCKED',
      `${lease.owner} is deploying ${app.name}, until ${lease.expiresAt} at the latest`,
      {
        stage: 'lock',
        details: { owner: lease.owner, expiresAt: lease.expiresAt },
      },
    )
  // whoever had it must not go on beside us
  if (isOthers) deps.cancelOperation(lease.operation)
  const expiresAt = new Date(now.getTime() + leaseTime).toISOString()
  await deps.store.deploys.saveApp({
    ...current,
    lease: { owner: request.owner, operation: request.operation, expiresAt },
  })
}

async function giveBack(deps: Pick<DeployDeps, 'store'>, app: AppRecord, operation: string): Promise<void> {
  const current = await deps.store.deploys.app(app.context, app.name)
  if (current?.lease?.operation === operation) await deps.store.deploys.saveApp({ ...current, lease: null })
}
