import { AppError } from '../../errors.ts'
import type { RunRecords } from '../../ports/ci.ts'
import { isOver, type Run, type StageResult } from '../model.ts'
import type { LiveRun, RunBoard } from './board.ts'

/** What a run tells whoever follows it, stage by stage, however many run at once. */
export type RunMessage =
  | { type: 'begin'; stage: StageResult; index: number }
  | { type: 'output'; index: number; bytes: Buffer }
  | { type: 'end'; stage: StageResult; index: number }
  | { type: 'note'; text: string }
  | { type: 'failure'; error: AppError }
  | { type: 'run'; run: Run }

/** Where to follow on from: so many bytes of a stage have been seen. */
export interface RunPosition {
  stage: number
  bytes: number
}

type FollowDeps = { records: RunRecords; board: RunBoard }

/** A run by its id: under way, or over. Throws CI_RUN_NOT_FOUND. */
export async function findRun({ records, board }: FollowDeps, id: string): Promise<Run> {
  const run = board.find(id)?.run ?? (await records.read(id))
  if (run === undefined) throw new AppError('CI_RUN_NOT_FOUND', `no run is called ${id}`)
  return run
}

/** Follows a run to its end. One that is over is told from what is on disk. Throws CI_RUN_NOT_FOUND. */
export async function* followRun(deps: FollowDeps, id: string, from: RunPosition): AsyncGenerator<RunMessage> {
  const live = deps.board.find(id)
  if (live === undefined) yield* tellRun(deps, await findRun(deps, id), from)
  else yield* followLive(deps, live, from)
}

async function* followLive(deps: FollowDeps, live: LiveRun, from: RunPosition): AsyncGenerator<RunMessage> {
  const notes = createNotes(live)
  for (const index of live.run.stages.keys()) {
    if (index < from.stage) continue
    yield* followStage(deps, live, { stage: index, bytes: index === from.stage ? from.bytes : 0 }, notes)
    // the run goes on without whoever listens
    if (isStuck(live)) {
      yield { type: 'failure', error: live.away }
      return
    }
  }
  while (live.run.state === 'running') await live.changed()
  yield* notes()
  yield* tellEnd(live.run)
}

function* tellEnd(run: Run): Generator<RunMessage> {
  if (run.failure !== undefined) {
    const { code, message, hint, details } = run.failure
    yield { type: 'failure', error: new AppError(code, message, { hint, details }) }
  }
  yield { type: 'run', run }
}

/** Whether nothing is to be expected soon. */
const isStuck = (live: LiveRun): live is LiveRun & { away: AppError } =>
  live.away !== undefined && live.run.state === 'running'

/** What was noted since it was last asked. */
function createNotes(live: LiveRun): () => Iterable<RunMessage> {
  let told = 0
  return () => {
    const fresh = live.notes.slice(told)
    told += fresh.length
    return fresh.map((text) => ({ type: 'note', text }))
  }
}

async function* followStage(
  { records }: FollowDeps,
  live: LiveRun,
  { stage: index, bytes: from }: RunPosition,
  notes: () => Iterable<RunMessage>,
): AsyncGenerator<RunMessage> {
  const state = () => live.run.stages[index]?.state ?? 'skipped'
  const isRunning = () => live.run.state === 'running'
  while (state() === 'waiting' && isRunning() && !isStuck(live)) {
    yield* notes()
    await live.changed()
  }
  yield* notes()
  // the run ended before anything could run
  if (state() === 'waiting') return
  yield* told('begin', live.run, index)
  const over = () => isOver(state()) || !isRunning()
  for await (const bytes of records.follow(records.log(live.run.id, index), from, over, () => live.changed())) {
    yield* notes()
    if (bytes.length > 0) yield { type: 'output', index, bytes }
    else if (isStuck(live)) return
  }
  yield* told('end', live.run, index)
}

function* told(type: 'begin' | 'end', { stages }: Run, index: number): Generator<RunMessage> {
  const stage = stages[index]
  if (stage !== undefined) yield { type, stage, index }
}

/** A run that is over. */
async function* tellRun({ records }: FollowDeps, run: Run, from: RunPosition): AsyncGenerator<RunMessage> {
  for (const index of run.stages.keys()) {
    // the run ended before it could run
    if (index < from.stage || run.stages[index]?.state === 'waiting') continue
    yield* told('begin', run, index)
    const start = index === from.stage ? from.bytes : 0
    for await (const bytes of records.follow(
      records.log(run.id, index),
      start,
      () => true,
      () => Promise.resolve(),
    ))
      if (bytes.length > 0) yield { type: 'output', index, bytes }
    yield* told('end', run, index)
  }
  yield* tellEnd(run)
}
