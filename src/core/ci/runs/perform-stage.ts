import { AppError, toAppError } from '../../errors.ts'
import type { StageMachine } from '../../ports/ci.ts'
import type { CiDeps } from '../deps.ts'
import type { StageResult } from '../model.ts'
import type { LiveRun } from './board.ts'
import type { RunSpec } from './execute-run.ts'
import type { MachinePool } from './machine-pool.ts'
import type { PlannedStage } from './plan-run.ts'
import { endText, runStage, type StageLog } from './run-stage.ts'

/** What a stage of a run has to do with. */
export interface StageScope {
  deps: Pick<CiDeps, 'records' | 'clock' | 'keepsakes'>
  live: LiveRun
  spec: RunSpec
  pool: MachinePool
  /** Aborted by a failure that ends the run. */
  stop: AbortController
  signal: AbortSignal
}

/** The end of a stage. A failure that ends the run does so before the next one gets its place. */
export async function settleStage({ deps, live, spec, stop }: StageScope, index: number, result: Partial<StageResult>) {
  live.update(index, result)
  const { state } = result
  if (spec.options.failFast && (state === 'failed' || state === 'timed-out')) stop.abort()
  // a later daemon goes on from here
  await deps.records.save(live.run).catch(() => undefined)
}

/** Shows what a stage wrote when it passed. */
export async function replayStage({ deps, live }: StageScope, index: number, { hit }: PlannedStage): Promise<void> {
  if (hit === undefined) return
  const log = deps.records.log(live.run.id, index)
  await deps.records.cut(log, 0)
  await deps.records.write(log, hit.output)
  live.update(index, { state: 'cached', ms: hit.ms, exitCode: 0 })
}

/** Runs a stage to its end; `moved` where its machine is gone, and another one is to run it. */
export async function performStage(
  scope: StageScope,
  index: number,
  { stage }: PlannedStage,
  machine: StageMachine,
): Promise<'ended' | 'moved'> {
  const { deps, live, spec, signal } = scope
  const again = live.run.stages[index]?.state === 'running'
  const started = performance.now()
  const log = await openLog(scope, index, machine, again)
  live.update(index, { state: 'running', machine: machine.name })
  await deps.records.save(live.run).catch(() => undefined)
  const id = `${live.run.id}-${index}`
  const took = () => Math.round(performance.now() - started)
  try {
    const note = (text: string) => live.note(text)
    const away = (isAway: boolean) => live.setAway(isAway ? awayError(live.run.id, machine) : undefined)
    const end = await runStage({ ...spec, id, stage, machine, log, note, away, signal })
    await settleStage(scope, index, { ...endText(end, signal.aborted), ms: took() })
  } catch (thrown) {
    const { code, message } = toAppError(thrown)
    if (!signal.aborted && machineIsGone.has(code) && leave(scope, index, machine, message)) return 'moved'
    const how: Partial<StageResult> = signal.aborted ? { state: 'cancelled' } : { state: 'failed', reason: message }
    await settleStage(scope, index, { ...how, ms: took() })
  }
  return 'ended'
}

const awayError = (run: string, { name }: StageMachine) =>
  new AppError('CI_HOST_AWAY', `${name} does not answer any more, and run ${run} waits for it`, {
    hint: `berth ci logs ${run} collects it once ${name} is back; berth ci kill ${run} gives it up`,
    details: { machine: name, run },
  })

const machineIsGone = new Set(['CI_STAGE_LOST', 'CI_HOST_AWAY'])

/** Has the other machines run what this one would have; false where there are none. */
function leave({ live, pool }: StageScope, index: number, { name }: StageMachine, why: string): boolean {
  if (!pool.lose(name)) return false
  live.update(index, { state: 'waiting' })
  for (const [at, stage] of live.run.stages.entries())
    if (stage.state === 'waiting') live.update(at, { machine: pool.placeOf(stage.name) ?? stage.machine })
  const stage = live.run.stages[index]
  live.note(`${why}; ${stage?.name} runs again on ${stage?.machine}`)
  return true
}

/** There before anybody looks for it: whoever follows waits for the file to grow. */
async function openLog(
  { deps: { records, keepsakes }, live }: StageScope,
  index: number,
  machine: StageMachine,
  again: boolean,
): Promise<StageLog> {
  const { id } = live.run
  const file = records.log(id, index)
  const write = (text: string) => records.write(file, Buffer.from(text))
  const isKept = machine.keepsake() !== null
  const part = again ? await keepsakes.readPart(id, index) : undefined
  await write('')
  return {
    file,
    write,
    part,
    size: () => records.size(file),
    cut: (size) => records.cut(file, size),
    savePart: (next) => (isKept ? keepsakes.savePart(id, index, next) : Promise.resolve()),
  }
}
