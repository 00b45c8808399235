import type { StageMachine } from '../../ports/ci.ts'
import { isOver, isPass, type RunState, type Stage, type StageResult } from '../model.ts'
import type { LiveRun } from './board.ts'
import { createMachinePool } from './machine-pool.ts'
import { performStage, replayStage, type StageScope, settleStage } from './perform-stage.ts'
import type { PlannedStage } from './plan-run.ts'

/** How a run goes about its stages. */
export interface RunOptions {
  fix: boolean
  /** The first failure ends the run. */
  failFast: boolean
  /** Stages run although one they depend on failed. */
  keepGoing: boolean
  /** How many run at once. */
  parallel: number
  /** Deadline of every stage, or null: each has its own. */
  timeoutMs: number | null
}

/** A run, ready to go. */
export interface RunSpec {
  root: string
  /** Known to nobody it could tell: see StageProcess. */
  secret: string
  planned: readonly PlannedStage[]
  machines: readonly StageMachine[]
  env: Readonly<Record<string, string>>
  options: RunOptions
}

/** How a run ended. */
export interface RunOutcome {
  state: RunState
  exitCode: number
}

/**
 * Runs the stages, each once those it depends on have ended, and says of each what became of it. Never throws. That the run
 * is over is for the caller to say.
 */
export async function executeRun(
  deps: StageScope['deps'],
  live: LiveRun,
  spec: RunSpec,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const stop = new AbortController()
  const pool = createMachinePool(spec.machines, spec.options.parallel, toRun(spec), placesBefore(live, spec))
  for (const [index, { name, state }] of live.run.stages.entries())
    if (state === 'waiting') live.update(index, { machine: pool.placeOf(name) ?? spec.machines[0]?.name ?? '' })
  const scope: StageScope = { deps, live, spec, pool, stop, signal: AbortSignal.any([signal, stop.signal]) }
  const ended = new Map<string, Promise<void>>()
  for (const [index, planned] of spec.planned.entries()) {
    const before = planned.stage.dependsOn.flatMap((name) => ended.get(name) ?? [])
    ended.set(planned.stage.name, advance(scope, index, planned, before))
  }
  await Promise.all(ended.values())
  return outcomeOf(live.run.stages, signal.aborted)
}

/** The stages that need a machine. */
const toRun = ({ planned }: RunSpec) =>
  planned.flatMap(({ stage, hit, missing }) => (hit === undefined && missing === null ? stage : []))

/** Where an earlier daemon had them run. */
function placesBefore({ run }: LiveRun, { machines }: RunSpec): Map<string, string> {
  const known = run.stages.filter(({ machine }) => machines.length > 1 && machines.some(({ name }) => name === machine))
  return new Map(known.map(({ name, machine }) => [name, machine]))
}

async function advance(scope: StageScope, index: number, planned: PlannedStage, before: Promise<void>[]) {
  const { live } = scope
  await Promise.all(before)
  // an earlier daemon saw to it
  if (isOver(live.run.stages[index]?.state ?? 'waiting')) return
  const reason = whyNot(scope, planned)
  if (reason !== undefined) return live.update(index, { state: 'skipped', reason })
  if (planned.missing !== null && !planned.stage.required) return live.update(index, missingTool(planned, 'skipped'))
  if (planned.missing !== null) return settleStage(scope, index, missingTool(planned, 'failed'))
  if (planned.hit !== undefined) return replayStage(scope, index, planned)
  while ((await attempt(scope, index, planned)) === 'moved');
}

/** Runs a stage where it belongs as things stand. */
async function attempt(scope: StageScope, index: number, planned: PlannedStage): Promise<'ended' | 'moved'> {
  const { live, pool } = scope
  let outcome: 'ended' | 'moved' = 'ended'
  await pool.use(planned.stage.name, async (machine) => {
    const late = whyNot(scope, planned)
    const gone = late === undefined ? goneWithMachine(scope, planned) : undefined
    if (late !== undefined) live.update(index, { state: 'skipped', reason: late })
    else if (gone !== undefined) await settleStage(scope, index, { state: 'failed', reason: gone })
    else outcome = await performStage(scope, index, planned, machine)
  })
  return outcome
}

/** What a stage it depends on made lies on a machine that is lost. */
function goneWithMachine({ live, pool }: StageScope, { stage }: PlannedStage): string | undefined {
  const needed = live.run.stages.find(
    ({ name, state, machine }) => stage.dependsOn.includes(name) && state === 'passed' && pool.isLost(machine),
  )
  return needed && `needs ${needed.name}, which ran on ${needed.machine}, and ${needed.machine} is gone`
}

function whyNot({ live, spec, stop, signal }: StageScope, { stage }: PlannedStage): string | undefined {
  if (stop.signal.aborted) return `${firstFailed(live.run.stages)?.name} failed`
  if (signal.aborted) return 'the run was ended'
  if (spec.options.keepGoing) return undefined
  const needed = live.run.stages.find(({ name, state }) => stage.dependsOn.includes(name) && !isPass(state))
  return needed && `needs ${needed.name}, which ${needed.state === 'skipped' ? 'was skipped' : 'failed'}`
}

const missingTool = ({ stage, missing }: PlannedStage, state: 'skipped' | 'failed') => ({
  state,
  reason: `${stage.tool?.name} is not installed: ${missing}`,
})

const firstFailed = (stages: readonly StageResult[]) =>
  stages.find(({ state }) => state === 'failed' || state === 'timed-out')

/** 128 + SIGINT, as a shell says it. */
const interrupted = 130
const timedOut = 124

function outcomeOf(stages: readonly StageResult[], cancelled: boolean): RunOutcome {
  if (cancelled) return { state: 'cancelled', exitCode: interrupted }
  const failed = firstFailed(stages)
  if (failed === undefined) return { state: 'passed', exitCode: 0 }
  return { state: 'failed', exitCode: failed.state === 'timed-out' ? timedOut : failed.exitCode || 1 }
}

/** The stages as a run begins with them. */
export function waitingResults(stages: readonly Stage[], machine: string): StageResult[] {
  return stages.map(({ name, command }) => ({
    name,
    command: command.text,
    state: 'waiting',
    reason: null,
    exitCode: null,
    ms: null,
    machine,
    key: null,
  }))
}
