import type { CiDeps } from '../deps.ts'
import type { Run } from '../model.ts'

/** Runs, the newest first; those of one directory, or all. A run of a daemon that is gone is told as lost. */
export async function listRuns(
  { records, board }: Pick<CiDeps, 'records' | 'board'>,
  directory?: string,
): Promise<Run[]> {
  const stored = await records.list()
  const now = stored.map(
    (run): Run => board.find(run.id)?.run ?? (run.state === 'running' ? { ...run, state: 'lost' } : run),
  )
  return now.filter(
    (run) => directory === undefined || run.directory === directory || directory.startsWith(`${run.directory}/`),
  )
}
