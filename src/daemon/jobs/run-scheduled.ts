import { dueOf, lastDealtWith } from '../../core/deploy/jobs/due.ts'
import type { BundledJob, JobRunRecord } from '../../core/deploy/jobs/model.ts'
import { runJob } from '../../core/deploy/jobs/run-job.ts'
import { followRun, noteRun, type RunDeps, runLog } from '../../core/deploy/jobs/run-once.ts'
import { liveJobs } from '../../core/deploy/jobs/show-jobs.ts'
import type { AppRecord } from '../../core/deploy/model.ts'
import { toAppError } from '../../core/errors.ts'
import { actors } from '../../core/events/model.ts'

type Log = (message: string) => void

/** The clock may jump, and a machine sleep: how often schedules are looked at, however far the next time is, ms. */
const longestWait = 60_000

/** Looks at schedules when it is told that apps changed. */
export interface Scheduler {
  poke: () => void
}

/** Runs the jobs of all apps of this machine by their schedules until the signal aborts. */
export function scheduleJobs(deps: RunDeps, log: Log, signal: AbortSignal): Scheduler {
  const state = { changed: Promise.withResolvers<void>() }
  const poke = () => state.changed.resolve()
  const report = (error: unknown) => {
    if (!signal.aborted) log(`jobs: ${toAppError(error).message}`)
  }
  const work = async () => {
    await takeUpRuns(deps, report, signal)
    while (!signal.aborted) {
      state.changed = Promise.withResolvers()
      const next = await lookAtAll(deps, report, signal)
      const now = deps.clock.now().getTime()
      const wait = Math.min(longestWait, Math.max(20, (next ?? Number.POSITIVE_INFINITY) - now))
      await Promise.race([deps.clock.wait(wait, signal).catch(() => undefined), state.changed.promise])
    }
  }
  work().catch(report)
  return { poke }
}

/** Runs that an earlier berthd started go on without it: they are followed to their end. */
async function takeUpRuns(deps: RunDeps, report: (error: unknown) => void, signal: AbortSignal): Promise<void> {
  for (const app of await deps.store.deploys.apps()) {
    const [{ jobs }, runs] = await Promise.all([liveJobs(deps, app), deps.store.deploys.jobRuns(app.id)])
    for (const run of runs.filter(({ state }) => state === 'running')) {
      const timeout = jobs.find(({ name }) => name === run.job)?.timeoutSeconds ?? 3600
      // the engine has all it wrote: it is read from the beginning
      await deps.files.remove(runLog(deps, app, run.id))
      followRun(deps, app, run, timeout, { signal }).catch(report)
    }
  }
}

/** Starts what is due; when something is due next, ms since 1970. */
async function lookAtAll(
  deps: RunDeps,
  report: (error: unknown) => void,
  signal: AbortSignal,
): Promise<number | undefined> {
  const times: number[] = []
  for (const app of await deps.store.deploys.apps()) {
    const { jobs, since } = await liveJobs(deps, app).catch(() => ({ jobs: [], since: new Date(0) }))
    if (jobs.length === 0) continue
    const runs = await deps.store.deploys.jobRuns(app.id)
    for (const job of jobs) {
      const running = runs.some((run) => run.job === job.name && run.state === 'running')
      const last = lastDealtWith(runs, job.name) ?? since
      const due = dueOf(job, { since: last > since ? last : since, now: deps.clock.now(), running })
      if (due.do === 'wait') times.push(...(due.until === null ? [] : [due.until.getTime()]))
      else await actOn(deps, { app, job, ...due }, report, signal)
      if (due.do !== 'wait') times.push(deps.clock.now().getTime())
    }
  }
  return times.length === 0 ? undefined : Math.min(...times)
}

interface DueJob {
  app: AppRecord
  job: BundledJob
  do: 'run' | 'skip' | 'miss'
  scheduledFor: Date
}

/** Resolves as soon as it is noted down: a run goes on by itself. */
async function actOn(
  deps: RunDeps,
  { app, job, do: what, scheduledFor }: DueJob,
  report: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  const { name, service } = job
  const why = { trigger: 'schedule', scheduledFor, by: actors.daemon } as const
  if (what === 'run') {
    const { promise, resolve } = Promise.withResolvers<void>()
    runJob(deps, app, job, why, { signal, onNoted: resolve }).catch(report).finally(resolve)
    return promise
  }
  const now = deps.clock.now().toISOString()
  const state: JobRunRecord['state'] = what === 'miss' ? 'missed' : 'skipped'
  const run = {
    id: deps.ids.short(8),
    app: app.id,
    job: name,
    service,
    trigger: 'schedule' as const,
    state,
    scheduledFor: scheduledFor.toISOString(),
    startedBy: actors.daemon,
    startedAt: now,
    endedAt: now,
    exitCode: null,
    composeProject: null,
  }
  await noteRun(deps, app, run)
}
