import { AppError } from '../errors.ts'
import { disconnectMachine } from '../machines/disconnect.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { ProviderDeps } from './deps.ts'
import { findCloudMachine } from './find-cloud-machine.ts'
import type { CloudMachine } from './model.ts'

/** Gives a rented machine back, with all that is on it, and forgets it. Throws MACHINE_NOT_MADE and what a Provider throws. */
export async function destroyMachine(
  deps: ProviderDeps,
  { context, name, token }: { context: string; name: string; token?: string | undefined },
  { signal }: OperationScope,
): Promise<CloudMachine> {
  return deps.locks.run(`machine ${name}`, async () => {
    const cloud = await findCloudMachine(deps.store.cloud, name)
    const provider = await deps.provider(token)
    // a server whose making was cut off is known by its mark alone
    const id = cloud.serverId ?? (await provider.marked(cloud.mark, signal))?.id
    if (id !== undefined) await provider.deleteServer(id, signal)
    await letGo(deps, context, name)
    await deps.store.cloud.remove(name)
    return cloud
  })
}

/** It may never have been connected. */
async function letGo(deps: ProviderDeps, context: string, name: string): Promise<void> {
  try {
    await disconnectMachine(deps, { context, name, purge: false })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'MACHINE_NOT_CONNECTED') throw error
  }
}
