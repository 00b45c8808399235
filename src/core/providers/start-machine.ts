import type { ProviderDeps } from './deps.ts'
import { findCloudMachine } from './find-cloud-machine.ts'
import type { CloudMachine } from './model.ts'

/** Starts a rented machine that was stopped; it is connected again by itself. Throws MACHINE_NOT_MADE and what a Provider throws. */
export async function startMachine(
  deps: Pick<ProviderDeps, 'store' | 'provider' | 'locks'>,
  { name, token }: { name: string; token?: string | undefined },
  signal: AbortSignal,
): Promise<CloudMachine> {
  return deps.locks.run(`machine ${name}`, async () => {
    const machine = await findCloudMachine(deps.store.cloud, name)
    const provider = await deps.provider(token)
    if (machine.serverId !== null) await provider.startServer(machine.serverId, signal)
    const started = { ...machine, stoppedAt: null }
    await deps.store.cloud.put(started)
    return started
  })
}
