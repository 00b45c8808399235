import { toAppError } from '../../errors.ts'
import type { StageMachine, TreeFile } from '../../ports/ci.ts'
import type { CiDeps } from '../deps.ts'
import type { Run, Stage } from '../model.ts'
import type { LiveRun } from './board.ts'
import { executeRun, type RunOptions, type RunSpec, waitingResults } from './execute-run.ts'
import { keepsakeOf } from './keepsake.ts'
import { planRun } from './plan-run.ts'

/** A run that can be started. */
export interface RunRequest {
  root: string
  /** In the order they run; each behind those it depends on. */
  stages: readonly Stage[]
  machines: readonly StageMachine[]
  /** The files as they were when it was asked for. */
  tree: Promise<readonly TreeFile[] | undefined>
  /** The environment the stages run in. */
  env: Readonly<Record<string, string>>
  useCache: boolean
  options: RunOptions
}

/** A run that has begun, and what it still has to do. */
export interface StartedRun {
  run: Run
  /** Does it. Never throws. */
  work: (signal: AbortSignal) => Promise<void>
}

/** Opens a run: from here on it can be followed and ended. */
export async function startRun(deps: CiDeps, request: RunRequest): Promise<StartedRun> {
  const { root, stages, machines } = request
  const machine = machines.map(({ name }) => name).join(',')
  const run: Run = {
    id: deps.ids.short(6),
    directory: root,
    machine,
    state: 'running',
    exitCode: null,
    startedAt: deps.clock.now().toISOString(),
    endedAt: null,
    stages: waitingResults(stages, machines.length === 1 ? machine : ''),
  }
  await deps.records.create(run)
  const live = deps.board.open(run)
  return { run, work: (signal) => perform(deps, live, request, signal) }
}

async function perform(deps: CiDeps, live: LiveRun, request: RunRequest, signal: AbortSignal): Promise<void> {
  await closeRun(deps, live, signal, async () => {
    const planned = await prepare(deps, request, signal)
    for (const [index, { key }] of planned.entries()) if (key !== null) live.update(index, { key })
    const spec: RunSpec = { ...request, planned, secret: deps.ids.short(24) }
    const keepsake = keepsakeOf(spec)
    if (keepsake !== null) await deps.keepsakes.save(live.run.id, keepsake)
    await finishRun(deps, live, spec, signal)
  })
}

/** Runs what has not run yet, and remembers what passed. */
export async function finishRun(deps: CiDeps, live: LiveRun, spec: RunSpec, signal: AbortSignal) {
  const outcome = await executeRun(deps, live, spec, signal)
  // not remembered is only run again. Before anybody hears that the run is over: what they change next is not what it judged
  await remember(deps, live, spec).catch(() => undefined)
  live.set({ ...outcome, endedAt: deps.clock.now().toISOString() })
}

/** Does the work of a run, and closes it however that ends. */
export async function closeRun(deps: CiDeps, live: LiveRun, signal: AbortSignal, work: () => Promise<void>) {
  try {
    await work()
  } catch (thrown) {
    const { code, message, hint, details } = toAppError(thrown)
    const endedAt = deps.clock.now().toISOString()
    if (signal.aborted) live.set({ state: 'cancelled', exitCode: 130, endedAt })
    else live.set({ state: 'failed', exitCode: 1, endedAt, failure: { code, message, hint, details } })
  } finally {
    await deps.records.save(live.run).catch(() => undefined) // a full disk: the outcome was told, and is lost with the daemon
    await deps.keepsakes.drop(live.run.id).catch(() => undefined)
    deps.board.close(live.run.id)
    void deps.records.trim().catch(() => undefined)
  }
}

async function prepare(deps: CiDeps, request: RunRequest, signal: AbortSignal) {
  const { root, stages, machines, env, useCache, options } = request
  await Promise.all(machines.map((machine) => machine.prepare(root, signal, request.tree)))
  return planRun(deps, { root, stages, machines, env, tree: request.tree, useCache: useCache && !options.fix })
}

/** Passes are remembered only where the files are still those the stage was to judge. */
async function remember(deps: CiDeps, live: LiveRun, { root, planned }: RunSpec): Promise<void> {
  const passed = planned.flatMap(({ stage, key, inputsDigest }, index) => {
    const result = live.run.stages[index]
    if (key === null || result?.state !== 'passed') return []
    return [{ key, inputs: stage.inputs, inputsDigest, index, ms: result.ms ?? 0 }]
  })
  const tree = passed.length === 0 ? undefined : await deps.trees.read(root)
  if (tree === undefined) return
  const unchanged = passed.filter(({ inputs, inputsDigest }) => deps.digests.of(tree, inputs) === inputsDigest)
  await Promise.all(
    unchanged.map(({ key, index, ms }) => deps.results.keep(key, ms, deps.records.log(live.run.id, index))),
  )
}
