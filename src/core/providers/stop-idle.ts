import type { ProviderDeps } from './deps.ts'
import type { CloudMachine } from './model.ts'

/** What a machine says of its work. */
export interface Work {
  /** Operations under way and sessions that run. */
  running: number
  /** How long ago somebody last asked it to change something, or it started, ms; by its own clock, which may be off. */
  quietMs: number
}

/** Whether nobody has needed a machine for as long as it may idle. */
export function isIdle({ stopIdleSeconds }: Pick<CloudMachine, 'stopIdleSeconds'>, work: Work): boolean {
  if (stopIdleSeconds === null || work.running > 0) return false
  return work.quietMs >= stopIdleSeconds * 1000
}

/**
 * Stops the rented machines that idle; returns their names. One that cannot be asked is left alone: what is not known to
 * idle may be at work.
 */
export async function stopIdleMachines(
  deps: Pick<ProviderDeps, 'store' | 'provider' | 'clock' | 'locks'>,
  workOf: (machine: CloudMachine) => Promise<Work | undefined>,
  signal: AbortSignal,
): Promise<string[]> {
  const stopped: string[] = []
  for (const { name } of await deps.store.cloud.machines()) {
    await deps.locks.run(`machine ${name}`, async () => {
      const machine = (await deps.store.cloud.machines()).find((one) => one.name === name)
      if (machine?.stopIdleSeconds == null || machine.serverId === null || machine.stoppedAt !== null) return
      const work = await workOf(machine)
      if (work === undefined || !isIdle(machine, work)) return
      const provider = await deps.provider(undefined)
      await provider.stopServer(machine.serverId, signal)
      await deps.store.cloud.put({ ...machine, stoppedAt: deps.clock.now().toISOString() })
      stopped.push(name)
    })
  }
  return stopped
}
