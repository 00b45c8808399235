import { AppError } from '../../errors.ts'
import { requireApp } from '../apps.ts'
import type { DeployDeps } from '../deps.ts'
import type { AppRecord } from '../model.ts'
import { readBundle } from '../releases.ts'
import { dueOf, lastDealtWith } from './due.ts'
import type { BundledJob, JobRunRecord } from './model.ts'
import { runLog } from './run-once.ts'

type ShowDeps = Pick<DeployDeps, 'store' | 'files' | 'paths' | 'clock'>

/** A job as lists show it. */
export interface JobView extends BundledJob {
  app: string
  /** ISO 8601, UTC; null: never. */
  next: string | null
  last: Pick<JobRunRecord, 'id' | 'state' | 'startedAt' | 'exitCode'> | null
}

/** The jobs of the live release of an app; none where nothing is live. */
export async function liveJobs(
  deps: Pick<DeployDeps, 'store' | 'files' | 'paths'>,
  app: AppRecord,
): Promise<{ jobs: BundledJob[]; since: Date }> {
  const live = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === app.live)
  if (!live) return { jobs: [], since: new Date(0) }
  const { jobs = [] } = await readBundle(deps, app, live.release)
  return { jobs, since: new Date(live.startedAt) }
}

/** The jobs of one app or of all. Throws APP_NOT_FOUND. */
export async function listJobs(deps: ShowDeps, context: string, name: string | undefined): Promise<JobView[]> {
  const all = (await deps.store.deploys.apps()).filter((app) => app.context === context)
  const apps = name === undefined ? all : [await requireApp(deps, context, name)]
  const views = await Promise.all(
    apps.map(async (app) => {
      const [{ jobs, since }, runs] = await Promise.all([liveJobs(deps, app), deps.store.deploys.jobRuns(app.id)])
      return jobs.map((job) => viewOf(app, job, runs, { since, now: deps.clock.now() }))
    }),
  )
  return views.flat()
}

function viewOf(
  app: AppRecord,
  job: BundledJob,
  runs: readonly JobRunRecord[],
  { since, now }: { since: Date; now: Date },
): JobView {
  const last = runs.find((run) => run.job === job.name)
  const from = new Date(Math.max((lastDealtWith(runs, job.name) ?? since).getTime(), now.getTime()))
  const due = dueOf(job, { since: from, now, running: false })
  const next = due.do === 'wait' ? (due.until?.toISOString() ?? null) : due.scheduledFor.toISOString()
  const shown = last && { id: last.id, state: last.state, startedAt: last.startedAt, exitCode: last.exitCode }
  return { app: app.name, ...job, next, last: shown ?? null }
}

/** Runs of an app, the newest first: of one job, or all. Throws APP_NOT_FOUND, JOB_NOT_FOUND. */
export async function listRuns(
  deps: ShowDeps,
  { context, app: name, job }: { context: string; app: string; job?: string | undefined },
): Promise<JobRunRecord[]> {
  const app = await requireApp(deps, context, name)
  const runs = await deps.store.deploys.jobRuns(app.id)
  if (job === undefined) return runs
  const own = runs.filter((run) => run.job === job)
  if (own.length === 0) await requireJob(deps, app, job)
  return own
}

/** Throws JOB_NOT_FOUND. */
export async function requireJob(
  deps: Pick<DeployDeps, 'store' | 'files' | 'paths'>,
  app: AppRecord,
  name: string,
): Promise<BundledJob> {
  const { jobs } = await liveJobs(deps, app)
  const job = jobs.find((one) => one.name === name)
  if (job) return job
  const names = jobs.map((one) => one.name)
  throw new AppError('JOB_NOT_FOUND', `${app.name} has no job ${name}`, {
    ...(names.length > 0 && { hint: `its jobs: ${names.join(', ')}` }),
    details: { app: app.name, job: name, jobs: names },
  })
}

/** What a run wrote: the last one of a job, or one by its id. Throws APP_NOT_FOUND, JOB_NOT_FOUND. */
export async function readRunLog(
  deps: ShowDeps,
  request: { context: string; app: string; job?: string | undefined; run?: string | undefined },
): Promise<{ run: JobRunRecord; text: string }> {
  const runs = await listRuns(deps, request)
  const found = runs.find(({ id, state }) =>
    request.run === undefined ? state !== 'missed' && state !== 'skipped' : id === request.run,
  )
  if (!found)
    throw new AppError(
      'JOB_NOT_FOUND',
      `${request.job ?? request.app} has not run${request.run ? ` as ${request.run}` : ' yet'}`,
      {
        hint: `berth jobs run ${request.app} ${request.job ?? '<job>'}`,
      },
    )
  return { run: found, text: (await deps.files.readText(runLog(deps, { id: found.app }, found.id))) ?? '' }
}
