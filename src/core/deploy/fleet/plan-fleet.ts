import { AppError } from '../../errors.ts'
import type { Strategy } from '../model.ts'
import type { FleetPlan, Wave } from './model.ts'

/** What decides the order of machines. */
export interface PlanRequest {
  /** In the order they were named. */
  machines: readonly string[]
  strategy: Strategy
  /** Machines at once; null: one in rolling, all in parallel and behind a canary. */
  maxParallel: number | null
  /** Machine that goes first in canary; the first one named when null. */
  canary: string | null
  /** Percent of the requests the canary gets first; null: all. */
  share: number | null
  continueOnError: boolean
  wait: boolean
  watchSeconds: number | null
}

/** The waves of a deploy over several machines. Throws USAGE for a canary that is none of them. */
export function planFleet(request: PlanRequest): FleetPlan {
  const { strategy, continueOnError, wait, watchSeconds } = request
  return { strategy, waves: wavesOf(request), continueOnError, wait, watchSeconds }
}

function wavesOf(request: PlanRequest): Wave[] {
  const { machines, strategy, maxParallel } = request
  const plain = { gate: false, canary: false, share: null }
  if (strategy === 'serial') return machines.map((machine) => ({ machines: [machine], atOnce: 1, ...plain }))
  if (strategy === 'parallel')
    return [{ machines: [...machines], atOnce: limit(maxParallel, machines.length), ...plain }]
  if (strategy === 'rolling')
    return chunks(machines, maxParallel ?? 1).map((some) => ({
      machines: some,
      atOnce: some.length,
      ...plain,
      gate: true,
    }))
  const first = canaryOf(request)
  const rest = machines.filter((machine) => machine !== first)
  const canary = { machines: [first], atOnce: 1, gate: true, canary: true, share: request.share }
  return rest.length === 0 ? [canary] : [canary, { machines: rest, atOnce: limit(maxParallel, rest.length), ...plain }]
}

function canaryOf({ machines, canary }: PlanRequest): string {
  const first = canary ?? machines[0] ?? ''
  if (machines.includes(first)) return first
  throw new AppError('USAGE', `the canary ${first} is none of ${machines.join(', ')}`, {
    hint: `name one of them: --canary ${machines[0]}`,
  })
}

const limit = (wish: number | null, all: number) => Math.min(wish ?? all, all)

function chunks(all: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
}
