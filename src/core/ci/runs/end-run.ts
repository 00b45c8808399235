import { AppError } from '../../errors.ts'
import type { CiDeps } from '../deps.ts'
import type { Run } from '../model.ts'
import { findRun } from './follow-run.ts'

/** Ends a run, and waits until it has. Throws CI_RUN_NOT_FOUND, CI_RUN_OVER. */
export async function endRun(deps: Pick<CiDeps, 'records' | 'board'>, id: string, cancel: () => void): Promise<Run> {
  const live = deps.board.find(id)
  if (live === undefined) {
    const { state } = await findRun(deps, id)
    throw new AppError('CI_RUN_OVER', `run ${id} is over: ${state}`)
  }
  cancel()
  while (live.run.state === 'running') await live.changed()
  return live.run
}
