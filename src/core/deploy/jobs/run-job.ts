import { toAppError } from '../../errors.ts'
import { backUpApp } from '../addons/backup.ts'
import type { AppRecord } from '../model.ts'
import type { BundledJob, JobRunRecord } from './model.ts'
import { beginRun, noteRun, type RunDeps, type RunRequest, type RunWatch, runLog, runOnce } from './run-once.ts'

/** Runs a job of an app: its program, or the dumps of its add-ons. */
export function runJob(
  deps: RunDeps,
  app: AppRecord,
  job: BundledJob,
  why: Pick<RunRequest, 'trigger' | 'scheduledFor' | 'by'>,
  watch: RunWatch,
): Promise<JobRunRecord> {
  const { name, service, command, timeoutSeconds } = job
  if (job.backup === undefined)
    return runOnce(deps, app, { job: name, service, command, timeoutSeconds, ...why }, watch)
  return runBackup(deps, app, { name, ...job.backup }, why, watch)
}

async function runBackup(
  deps: RunDeps,
  app: AppRecord,
  { name, keep }: { name: string; keep: number },
  why: Pick<RunRequest, 'trigger' | 'scheduledFor' | 'by'>,
  watch: RunWatch,
): Promise<JobRunRecord> {
  const run = await beginRun(deps, app, { job: name, service: '', ...why }, watch, () => null)
  const end = async (state: 'done' | 'failed', lines: readonly string[]) => {
    for (const line of lines) watch.onLine?.(line, state === 'done' ? 'stdout' : 'stderr')
    await deps.runLogs.append(runLog(deps, app, run.id), deps.redact(lines.map((line) => `${line}\n`).join('')))
    const exitCode = state === 'done' ? 0 : 1
    const ended = { ...run, state, exitCode, endedAt: deps.clock.now().toISOString() }
    await noteRun(deps, app, ended)
    return ended
  }
  try {
    const made = await backUpApp(deps, app, { keep, by: why.by }, { id: run.id, signal: watch.signal })
    const lines = made.map(({ addon, name: file }) => `${addon}: ${file}`)
    return await end('done', lines)
  } catch (error) {
    return end('failed', [toAppError(error).message])
  }
}
