import type { DeployDeps } from './deps.ts'
import type { AppRecord } from './model.ts'

/** Has the deploy of an app on this machine end: what it has done is undone. Resolves to its operation; undefined where none is under way. */
export async function cancelDeploy(
  { store, isUnderWay, cancelOperation }: Pick<DeployDeps, 'store' | 'isUnderWay' | 'cancelOperation'>,
  { context, name }: AppRecord,
): Promise<string | undefined> {
  const lease = (await store.deploys.app(context, name))?.lease
  if (!lease || !isUnderWay(lease.operation)) return undefined
  cancelOperation(lease.operation)
  return lease.operation
}
