import type { Stage } from '../model.ts'

/** A stage that is to run. */
export type Assigned = Pick<Stage, 'name' | 'dependsOn'>

/**
 * Which machine each stage runs on: where the first one it depends on runs, for what that one built lies there; else the
 * machine that has the fewest until then, the first of them. The same stages and machines give the same shares.
 */
export function assignMachines(stages: readonly Assigned[], machines: readonly string[]): Map<string, string> {
  const shares = new Map(machines.map((machine) => [machine, 0]))
  const assigned = new Map<string, string>()
  for (const { name, dependsOn } of stages) {
    const near = dependsOn.flatMap((needed) => assigned.get(needed) ?? [])[0]
    const machine = near !== undefined && shares.has(near) ? near : fewest(shares)
    assigned.set(name, machine)
    shares.set(machine, (shares.get(machine) ?? 0) + 1)
  }
  return assigned
}

function fewest(shares: ReadonlyMap<string, number>): string {
  const least = Math.min(...shares.values())
  return [...shares].find(([, share]) => share === least)?.[0] ?? ''
}
