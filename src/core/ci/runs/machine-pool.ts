import type { StageMachine } from '../../ports/ci.ts'
import { type Assigned, assignMachines } from './assign.ts'

/** The places stages run at. */
export interface MachinePool {
  /** Waits for a place on a stage's machine, first come, first served, and gives it back at the end. */
  use(stage: string, work: (machine: StageMachine) => Promise<void>): Promise<void>
  /** Where a stage is to run, or ran. */
  placeOf(stage: string): string | undefined
  /** A machine is gone: what would have run there runs on the others. False where it was the last one. */
  lose(machine: string): boolean
  isLost(machine: string): boolean
}

interface Waiting {
  stage: string
  start: (machine: StageMachine) => void
}

/** So many places in all, at least one on each machine. `known`: stages whose machine is certain already. */
export function createMachinePool(
  machines: readonly StageMachine[],
  places: number,
  stages: readonly Assigned[],
  known: ReadonlyMap<string, string> = new Map(),
): MachinePool {
  const names = machines.map(({ name }) => name)
  const placed = new Map([...assignMachines(stages, names), ...known])
  const lost = new Set<string>()
  const queue = createQueue(machines, places, (stage) => {
    const name = placed.get(stage) ?? names[0] ?? ''
    return lost.has(name) ? undefined : name
  })
  return {
    placeOf: (stage) => placed.get(stage),
    isLost: (machine) => lost.has(machine),
    async use(stage, work) {
      const machine = await queue.take(stage)
      try {
        await work(machine)
      } finally {
        queue.giveBack(machine)
      }
    },
    lose(machine) {
      const left = names.filter((name) => name !== machine && !lost.has(name))
      if (left.length === 0) return false
      lost.add(machine)
      const orphans = stages.filter(({ name }) => placed.get(name) === machine)
      for (const [stage, name] of assignMachines(orphans, left)) placed.set(stage, name)
      queue.startWaiting()
      return true
    },
  }
}

/** Who waits for a place, each on the machine `placeOf` says when it is asked; undefined: on none for now. */
function createQueue(
  machines: readonly StageMachine[],
  places: number,
  placeOf: (stage: string) => string | undefined,
) {
  const free = new Map(machines.map(({ name }, at) => [name, placesOf(at, places, machines.length)]))
  let waiting: Waiting[] = []
  const tryTake = (stage: string): StageMachine | undefined => {
    const name = placeOf(stage)
    const left = name === undefined ? 0 : (free.get(name) ?? 0)
    if (name === undefined || left === 0) return undefined
    free.set(name, left - 1)
    return machines.find((machine) => machine.name === name)
  }
  const startWaiting = () => {
    waiting = waiting.filter(({ stage, start }) => {
      const machine = tryTake(stage)
      if (machine !== undefined) start(machine)
      return machine === undefined
    })
  }
  return {
    startWaiting,
    take: async (stage: string) =>
      tryTake(stage) ?? (await new Promise<StageMachine>((start) => waiting.push({ stage, start }))),
    giveBack({ name }: StageMachine) {
      free.set(name, (free.get(name) ?? 0) + 1)
      startWaiting()
    },
  }
}

/** Places are dealt out one machine after the other. */
const placesOf = (at: number, places: number, machines: number) =>
  Math.max(1, Math.floor(places / machines) + (at < places % machines ? 1 : 0))
