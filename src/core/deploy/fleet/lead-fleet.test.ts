import { expect, test } from 'vitest'
import { createKeyedLock } from '../../../lib/keyed-lock.ts'
import { AppError } from '../../errors.ts'
import type { ReleaseBundle } from '../bundle.ts'
import type { Strategy } from '../model.ts'
import { type LeadDeps, leadFleet, resumeFleet } from './lead-fleet.ts'
import type { FleetRecord } from './model.ts'
import { planFleet } from './plan-fleet.ts'

const machines = ['a', 'b', 'c']
const bundle = { app: 'shop', images: {} } as unknown as ReleaseBundle
const plan = (strategy: Strategy) =>
  planFleet({
    machines,
    strategy,
    maxParallel: null,
    canary: null,
    share: null,
    continueOnError: false,
    wait: false,
    watchSeconds: null,
  })

/** What outlives the berthd that leads: its disk, and the machines with the operations they have begun. */
interface World {
  disk: Map<string, string>
  /** Machine → operations it carried out. */
  done: Map<string, string[]>
}
const newWorld = (): World => ({ disk: new Map(), done: new Map(machines.map((name) => [name, []])) })

/** Where the leader is killed: at one of its writes, before or after that is on the disk. */
interface Death {
  write: number
  when: 'before' | 'after'
}

/** A berthd that leads, until its death: then nothing of it gets to the disk any more, and no machine hears of it. */
function leader({ disk, done }: World, death: Death | null) {
  let writes = 0
  let ids = disk.size * 1000
  const isDead = () => death !== null && (death.when === 'before' ? writes >= death.write : writes > death.write)
  const killed = new Error('killed')
  const change = async (apply: () => void) => {
    writes += 1
    if (death !== null && (writes > death.write || (writes === death.write && death.when === 'before'))) throw killed
    apply()
    if (death !== null && writes === death.write) {
      writes += 1
      throw killed
    }
  }
  const deps: LeadDeps<string> = {
    engine: { imageFacts: async () => new Map() } as never,
    files: {
      readText: async (path: string) => disk.get(path),
      writeText: (path: string, text: string) => change(() => void disk.set(path, text)),
      remove: (path: string) => change(() => void disk.delete(path)),
    } as never,
    paths: { fleet: () => '/fleet' } as never,
    sealer: { seal: async (values) => JSON.stringify(values), open: async (text) => JSON.parse(text) as never },
    clock: { now: () => new Date(0) } as never,
    ids: { short: () => `op-${++ids}` } as never,
    locks: createKeyedLock(),
    isUnderWay: () => false,
    cancelOperation: () => undefined,
    fleet: {
      inspect: async () =>
        ({
          number: 1,
          missing: [],
          platforms: [],
          diskFreeBytes: 1e9,
          now: new Date(0).toISOString(),
          ingress: null,
        }) as never,
      async deploy({ machine, operation }) {
        if (isDead()) throw killed
        const own = done.get(machine) ?? []
        // asked again under the same id it joins what it has begun
        if (!own.includes(operation)) own.push(operation)
        return { number: 2, unchanged: false, outcome: machine }
      },
    },
  }
  const scope = { id: 'op', emit: () => undefined, signal: new AbortController().signal }
  const request = { context: 'default', machines, cargo: { bundle, secrets: {} }, by: 'ann@desk', breakLock: false }
  return {
    lead: (strategy: Strategy) => leadFleet(deps, { ...request, plan: plan(strategy) }, scope),
    resume: () => resumeFleet(deps, { context: 'default', app: 'shop', breakLock: false }, scope),
    writes: () => writes,
  }
}

/** As a person does: what was left off goes on; where there is nothing of it, it is begun. */
async function goOn(world: World, strategy: Strategy): Promise<void> {
  try {
    await leader(world, null).resume()
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'NOTHING_TO_RESUME')) throw error
    const left = [...world.done.values()].every((own) => own.length > 0)
    if (!left) await leader(world, null).lead(strategy)
  }
}

test.each(['serial', 'rolling', 'canary', 'parallel'] as const)(
  '%s: wherever the leader dies, what is left off is gone on with, and no machine does it twice',
  async (strategy) => {
    const whole = leader(newWorld(), null)
    await whole.lead(strategy)
    expect(whole.writes()).toBeGreaterThan(2 * machines.length)
    for (let write = 1; write <= whole.writes(); write++)
      for (const when of ['before', 'after'] as const) {
        const world = newWorld()
        await leader(world, { write, when })
          .lead(strategy)
          .catch(() => undefined)
        await goOn(world, strategy)
        const at = `${strategy}, killed ${when} write ${write}`
        expect(
          [...world.done.values()].map((own) => own.length),
          at,
        ).toEqual([1, 1, 1])
        const record = JSON.parse(world.disk.get('/fleet/record.json') ?? '{}') as FleetRecord
        expect(
          record.machines.map(({ state, number }) => [state, number]),
          at,
        ).toEqual([
          ['live', 2],
          ['live', 2],
          ['live', 2],
        ])
      }
  },
)
