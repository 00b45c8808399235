import type { Stage } from '../model.ts'
import { planRun } from './plan-run.ts'
import { type AskedRun, prepareRequest, type RequestDeps } from './request.ts'

/** Forgets that stages passed with the files as they are now: the next run runs them. Returns those that had passed. */
export async function forgetPasses(deps: RequestDeps, asked: AskedRun): Promise<string[]> {
  const planned = await planRun(deps, await prepareRequest(deps, asked))
  const isMeant = ({ name, base }: Stage) =>
    asked.stages.length === 0 || asked.stages.includes(name) || asked.stages.includes(base)
  const passed = planned.filter(({ hit, stage }) => hit !== undefined && isMeant(stage))
  for (const { key } of passed) if (key !== null) await deps.results.forget(key)
  return passed.map(({ stage }) => stage.name)
}
