import type { Links } from './links.ts'
import type { LinkState, MachineRecord } from './model.ts'

/** Longest a machine is waited for in a list, ms: it is a row within two seconds, answered or not. */
const rowPatience = 1500

/** A machine's row: how long a call takes, and what it said of itself. */
export interface MachineRow<V> {
  machine: MachineRecord
  state: LinkState
  problem: { code: string; message: string; hint: string } | null
  version: string | null
  latencyMs: number | null
  vitals: V | null
}

/** Asks all machines of a context at once how they are. One that is slow or gone says so and holds up nobody. */
export async function machineRows<V>(
  links: Pick<Links, 'list'>,
  context: string,
  ask: (machine: MachineRecord, timeoutMs: number) => Promise<V>,
): Promise<MachineRow<V>[]> {
  const linked = links.list().filter(({ machine }) => machine.context === context)
  return Promise.all(
    linked.map(async ({ machine, link }) => {
      const row = { machine, ...link, latencyMs: null, vitals: null }
      if (link.state !== 'connected') return row
      const startedAt = performance.now()
      try {
        const vitals = await ask(machine, rowPatience)
        return { ...row, latencyMs: performance.now() - startedAt, vitals }
      } catch {
        const problem = {
          code: 'MACHINE_UNREACHABLE',
          message: `${machine.name} does not answer`,
          hint: `berth machine check ${machine.name}`,
        }
        return { ...row, state: 'unreachable' as const, problem }
      }
    }),
  )
}
