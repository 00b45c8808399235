import type { RemoteStages, StageMachine } from '../../ports/ci.ts'
import type { CiDeps } from '../deps.ts'
import type { Run, StageResult } from '../model.ts'
import type { RunSpec } from './execute-run.ts'
import type { KeptStage, RunKeepsake } from './keepsake.ts'
import type { PlannedStage } from './plan-run.ts'
import { closeRun, finishRun, type StartedRun } from './start-run.ts'

type ResumeDeps = CiDeps & { remoteStages: (place: RemoteStages) => StageMachine }

/**
 * Takes up the runs an earlier daemon left under way: those whose stages went on elsewhere are followed again, the others
 * are lost, and said to be. Returns those that go on.
 */
export async function resumeRuns(deps: ResumeDeps): Promise<StartedRun[]> {
  const open = (await deps.records.list()).filter(({ id, state }) => state === 'running' && !deps.board.find(id))
  const resumed: StartedRun[] = []
  for (const run of open) {
    const keepsake = await deps.keepsakes.read(run.id)
    if (keepsake === undefined) await deps.records.save(lost(run, deps.clock.now()))
    else resumed.push(resume(deps, run, keepsake))
  }
  return resumed
}

/** What ran on this machine ended with the daemon. */
function lost(run: Run, now: Date): Run {
  const reason = 'berthd ended while it ran'
  const stages = run.stages.map((stage): StageResult => {
    if (stage.state === 'running') return { ...stage, state: 'cancelled', reason }
    return stage.state === 'waiting' ? { ...stage, state: 'skipped', reason: 'berthd ended before it ran' } : stage
  })
  return { ...run, stages, state: 'lost', exitCode: 1, endedAt: now.toISOString() }
}

function resume(deps: ResumeDeps, run: Run, keepsake: RunKeepsake): StartedRun {
  const live = deps.board.open(run)
  const { root, secret, options, env } = keepsake
  const machines = keepsake.machines.map((place) => deps.remoteStages(place))
  const work = (signal: AbortSignal) =>
    closeRun(deps, live, signal, async () => {
      const planned = await Promise.all(keepsake.stages.map((stage) => plannedAgain(deps, stage)))
      const spec: RunSpec = { root, secret, options, machines, planned, env }
      await finishRun(deps, live, spec, signal)
    })
  return { run, work }
}

async function plannedAgain({ results }: CiDeps, { passed, ...stage }: KeptStage): Promise<PlannedStage> {
  const hit = passed && stage.key !== null ? await results.find(stage.key) : undefined
  return { ...stage, hit }
}
