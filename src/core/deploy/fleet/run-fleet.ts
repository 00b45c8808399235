import { type AppError, toAppError } from '../../errors.ts'
import type { OperationEvent } from '../../operations/model.ts'
import type { OperationScope } from '../../operations/run-steps.ts'
import type { Clock } from '../../ports.ts'
import type { FleetFailure, FleetMachine, FleetRecord, Wave } from './model.ts'

/** What a machine is asked to do. */
export interface FleetTask {
  machine: string
  operation: string
  /** Answer once it was watched. */
  wait: boolean
  watchSeconds: number | null
  share: number | null
}

export interface FleetDeps {
  clock: Pick<Clock, 'now'>
  /** Keeps the record; what stands in it is what a resume goes by. */
  save(record: FleetRecord): Promise<void>
  /** Brings images and release to a machine and into production there; joins what it has begun already. */
  deployOn(
    task: FleetTask,
    options: { signal: AbortSignal; onEvent: (event: OperationEvent) => void },
  ): Promise<{ number: number | null; unchanged: boolean }>
}

/**
 * Carries a deploy over its machines, wave by wave, from wherever its record says it is. A machine that fails ends it,
 * unless it may go on; a canary that fails always does. Resolves to the record as it is then; never throws what a machine
 * failed of.
 */
export async function runFleet(deps: FleetDeps, record: FleetRecord, scope: OperationScope): Promise<FleetRecord> {
  const fleet = new Fleet(deps, record)
  const { waves } = record.plan
  await fleet.change({ state: 'running', endedAt: null })
  for (const [at, wave] of waves.entries()) {
    if (scope.signal.aborted) break
    await runWave(deps, fleet, wave, { scope, isLast: at === waves.length - 1 })
    if (fleet.hasFailed(wave.machines) && (wave.canary || !record.plan.continueOnError)) break
  }
  const states = fleet.record.machines.map(({ state }) => state)
  const state = scope.signal.aborted ? 'cancelled' : states.every(isThere) ? 'done' : 'failed'
  return fleet.change({ state, endedAt: deps.clock.now().toISOString() })
}

/** Whether a machine has what it was to get. */
export const isThere = (state: FleetMachine['state']) => state === 'live' || state === 'unchanged'

/** The record while machines change it at the same time. */
class Fleet {
  record: FleetRecord
  readonly #deps: FleetDeps

  constructor(deps: FleetDeps, record: FleetRecord) {
    this.#deps = deps
    this.record = record
  }

  async change(some: Partial<FleetRecord>): Promise<FleetRecord> {
    this.record = { ...this.record, ...some }
    await this.#deps.save(this.record)
    return this.record
  }

  async changeMachine(name: string, some: Partial<FleetMachine>): Promise<void> {
    const machines = this.record.machines.map((one) => (one.machine === name ? { ...one, ...some } : one))
    await this.change({ machines })
  }

  machine(name: string): FleetMachine | undefined {
    return this.record.machines.find(({ machine }) => machine === name)
  }

  hasFailed(names: readonly string[]): boolean {
    return names.some((name) => this.machine(name)?.state === 'failed')
  }
}

async function runWave(
  deps: FleetDeps,
  fleet: Fleet,
  wave: Wave,
  { scope, isLast }: { scope: OperationScope; isLast: boolean },
): Promise<void> {
  const { plan } = fleet.record
  const left = wave.machines.filter((name) => !isThere(fleet.machine(name)?.state ?? 'waiting'))
  const wait = plan.wait || (wave.gate && !isLast)
  const next = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      if (scope.signal.aborted || (fleet.hasFailed(wave.machines) && !plan.continueOnError)) return
      await runMachine(deps, fleet, { name, wave, wait }, scope)
    }
  }
  await Promise.all(Array.from({ length: wave.atOnce }, next))
}

async function runMachine(
  deps: FleetDeps,
  fleet: Fleet,
  { name, wave, wait }: { name: string; wave: Wave; wait: boolean },
  { emit, signal }: OperationScope,
): Promise<void> {
  const title = wave.canary ? `deploy on ${name}, the canary` : `deploy on ${name}`
  const step = (state: 'running' | 'done' | 'failed') => emit({ type: 'step', name: `on ${name}`, title, state })
  await fleet.changeMachine(name, { state: 'under-way', error: null })
  step('running')
  const onEvent = (event: OperationEvent) => emit(told(name, event))
  try {
    const { operation = '' } = fleet.machine(name) ?? {}
    const { watchSeconds } = fleet.record.plan
    const task = { machine: name, operation, wait, watchSeconds, share: wave.share }
    const { number, unchanged } = await deps.deployOn(task, { signal, onEvent })
    await fleet.changeMachine(name, { state: unchanged ? 'unchanged' : 'live', number })
    step('done')
  } catch (thrown) {
    const error = toAppError(thrown)
    await fleet.changeMachine(name, { state: signal.aborted ? 'cancelled' : 'failed', error: failureOn(name, error) })
    step('failed')
  }
}

/** What a machine tells, with its name; its own steps are lines below ours. */
function told(machine: string, event: OperationEvent): OperationEvent {
  if (event.type === 'warning') return { ...event, message: `${machine}: ${event.message}` }
  if (event.type === 'step') return { type: 'output', line: `${machine}: ${event.title} ${event.state}` }
  return event.type === 'output' ? { type: 'output', line: `${machine}: ${event.line}` } : { type: 'output', line: '' }
}

/** A failure as the deploy tells it: what, at which stage, where, and what to do. */
export function failureOn(machine: string, { code, stage, message, hint, details }: AppError): FleetFailure {
  return { code, stage: stage ?? null, machine, message, hint, details }
}
