import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import { requireApp } from './apps.ts'
import { type DeployResult, redeploy } from './deploy-app.ts'
import type { DeployOptions } from './deployments.ts'
import type { DeployDeps } from './deps.ts'
import type { AppRecord } from './model.ts'

/** What a rollback asks for. */
export interface RollbackRequest extends DeployOptions {
  context: string
  app: string
  /** Release id (or its beginning) or number; the one that was live before the present one when absent. */
  to?: string | undefined
  by: string
  breakLock: boolean
}

/** Brings an earlier release into production again, as carefully as a new one. Throws APP_NOT_FOUND, RELEASE_NOT_FOUND. */
export async function rollBack(
  deps: DeployDeps,
  request: RollbackRequest,
  scope: OperationScope,
): Promise<DeployResult> {
  const app = await requireApp(deps, request.context, request.app)
  const release = await chooseRelease(deps, app, request.to)
  const { by, breakLock, watchSeconds, share } = request
  return redeploy(deps, app, { release, by, breakLock, watchSeconds, share }, scope)
}

async function chooseRelease(
  { store }: Pick<DeployDeps, 'store'>,
  app: AppRecord,
  wish: string | undefined,
): Promise<string> {
  const releases = await store.deploys.releases(app.id)
  const deployments = await store.deploys.deployments(app.id)
  const live = deployments.find(({ id }) => id === app.live)?.release
  const worked = deployments.filter(({ state, release }) => state === 'replaced' && release !== live)
  const found =
    wish === undefined
      ? releases.find(({ id }) => id === worked[0]?.release)
      : releases.find(({ id, number }) => String(number) === wish || (wish.length >= 4 && id.startsWith(wish)))
  if (found) return found.id
  const message =
    wish === undefined ? `${app.name} has no release before this one` : `${app.name} has no release ${wish} here`
  throw new AppError('RELEASE_NOT_FOUND', message, {
    stage: 'rollback',
    details: { releases: releases.map(({ id, number }) => ({ id, number })) },
  })
}
