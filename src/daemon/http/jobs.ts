import type { Parsed } from '../../contract/routes.ts'
import { requireApp } from '../../core/deploy/apps.ts'
import type { JobRunRecord } from '../../core/deploy/jobs/model.ts'
import { attendRun, openRun } from '../../core/deploy/jobs/open-run.ts'
import { runJob } from '../../core/deploy/jobs/run-job.ts'
import { type RunDeps, runOnce } from '../../core/deploy/jobs/run-once.ts'
import { listJobs, listRuns, readRunLog, requireJob } from '../../core/deploy/jobs/show-jobs.ts'
import type { AppRecord } from '../../core/deploy/model.ts'
import { readBundle } from '../../core/deploy/releases.ts'
import { AppError } from '../../core/errors.ts'
import type { Handlers } from './app.ts'

/** Routes of jobs → use cases. */
export function jobHandlers(deps: RunDeps): Pick<Handlers, Extract<keyof Handlers, `job.${string}`>> {
  return {
    'job.list': async ({ context, app }) => ({ jobs: await listJobs(deps, context, app) }),
    'job.runs': async (input) => ({ runs: (await listRuns(deps, input)).map(viewOf) }),
    'job.log': async (input) => {
      const { run, text } = await readRunLog(deps, input)
      return { run: viewOf(run), text }
    },
    'job.open': async (input) => {
      const app = await requireApp(deps, input.context, input.app)
      const service = input.service ?? (await entranceOf(deps, app))
      const { run, command } = await openRun(deps, app, { ...input, service })
      return { run: viewOf(run), command }
    },
    'job.attend': async ({ context, app, run, ...how }, { signal }) => ({
      run: viewOf(await attendRun(deps, await requireApp(deps, context, app), run, { ...how, signal })),
    }),
    'job.run': async (input, { emit, signal }) => {
      const app = await requireApp(deps, input.context, input.app)
      const why = { trigger: 'hand', scheduledFor: null, by: input.by } as const
      const onLine = (line: string, stream: 'stdout' | 'stderr') => emit({ type: 'output', line, stream })
      const watch = { onLine, signal }
      if (input.job !== undefined)
        return { run: viewOf(await runJob(deps, app, await requireJob(deps, app, input.job), why, watch)) }
      return { run: viewOf(await runOnce(deps, app, { ...(await commandOf(deps, app, input)), ...why }, watch)) }
    },
  }
}

/** A command in one of the app's services. */
async function commandOf(deps: RunDeps, app: AppRecord, { service, command, timeoutSeconds }: Parsed<'job.run'>) {
  if (command === undefined || command.length === 0) throw new AppError('USAGE', 'name a job or a command')
  return { job: null, service: service ?? (await entranceOf(deps, app)), command, timeoutSeconds }
}

async function entranceOf(deps: RunDeps, app: AppRecord): Promise<string> {
  const live = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === app.live)
  if (!live) throw new AppError('RELEASE_NOT_FOUND', `no release of ${app.name} is live here`)
  const { entrance, services } = await readBundle(deps, app, live.release)
  return entrance?.service ?? services[0]?.service ?? ''
}

function viewOf({ app: _app, composeProject: _project, ...run }: JobRunRecord) {
  return run
}
