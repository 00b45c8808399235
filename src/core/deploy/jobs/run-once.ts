import { join } from 'node:path'
import { AppError, toAppError } from '../../errors.ts'
import { composeLabels } from '../../labels.ts'
import { momentAfter } from '../../logs/moment.ts'
import type { LogOptions } from '../../ports/engine.ts'
import type { EngineContainer } from '../../ports.ts'
import type { DeployDeps } from '../deps.ts'
import type { AppRecord } from '../model.ts'
import { readBundle, readSecrets } from '../releases.ts'
import { describeRequest, filledBundle, type Rollout } from '../rollout.ts'
import { describeRun, runProject } from './describe-run.ts'
import type { JobRunRecord } from './model.ts'

/** What runs of programs need beside what deploys do. */
export interface RunDeps extends DeployDeps {
  runLogs: RunLogs
  /** Takes secrets out of what is kept. */
  redact: (text: string) => string
  /** From now on these values are secrets. */
  remember: (values: readonly string[]) => void
}

/** Files that keep what runs wrote. */
export interface RunLogs {
  /** Adds lines to a file (made where it is not), up to a size; false: no more is taken. */
  append(path: string, text: string): Promise<boolean>
}

/** A line a program wrote. */
export type OnRunLine = (line: string, stream: 'stdout' | 'stderr') => void

/** What is to run. */
export interface RunRequest {
  job: string | null
  service: string
  command: string[] | null
  timeoutSeconds: number
  trigger: JobRunRecord['trigger']
  scheduledFor: Date | null
  by: string
}

/** Who hears of a run while it goes on, and ends it. */
export interface RunWatch {
  onLine?: OnRunLine
  /** It is in the history: nobody else takes it for due any more. */
  onNoted?: () => void
  signal: AbortSignal
}

/** Where what a run wrote is kept. */
export const runLog = ({ paths }: Pick<DeployDeps, 'paths'>, app: Pick<AppRecord, 'id'>, run: string) =>
  join(paths.app(app.id), 'runs', `${run}.log`)

/**
 * Runs a program once in an app: in a container of its own with the image, volumes, networks and secrets of one of its
 * services. Resolves when it has ended. Throws APP_NOT_FOUND where nothing of it is live, SERVICE_NOT_FOUND.
 */
export async function runOnce(
  deps: RunDeps,
  app: AppRecord,
  request: RunRequest,
  watch: RunWatch,
): Promise<JobRunRecord> {
  const rollout = await liveRollout(deps, app)
  requireService(rollout, request.service)
  const run = await beginRun(deps, app, request, watch, (id) => runProject(app, id))
  try {
    const container = await makeContainer(deps, rollout, run, request.command)
    await deps.engine.startContainer(container.id)
  } catch (error) {
    await keep(deps, app, run, `${toAppError(error).message}\n`)
    return endRun(deps, app, run, { exitCode: null, state: 'failed' })
  }
  return followRun(deps, app, run, request.timeoutSeconds, watch)
}

/** Notes down that a run begins: from then on nobody else takes it for due. */
export async function beginRun(
  deps: RunDeps,
  app: AppRecord,
  { job, service, trigger, scheduledFor, by }: Omit<RunRequest, 'command' | 'timeoutSeconds'>,
  { onNoted }: RunWatch,
  projectOf: (id: string) => string | null,
): Promise<JobRunRecord> {
  const id = deps.ids.short(8)
  const run: JobRunRecord = {
    id,
    app: app.id,
    job,
    service,
    trigger,
    state: 'running',
    scheduledFor: scheduledFor?.toISOString() ?? null,
    startedBy: by,
    startedAt: deps.clock.now().toISOString(),
    endedAt: null,
    exitCode: null,
    composeProject: projectOf(id),
  }
  await deps.store.deploys.saveJobRun(run)
  onNoted?.()
  return run
}

/** The live release of an app, with its secrets in memory. */
export async function liveRollout(deps: RunDeps, app: AppRecord): Promise<Rollout> {
  const deployment = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === app.live)
  if (!deployment) throw new AppError('RELEASE_NOT_FOUND', `no release of ${app.name} is live here`)
  const [bundle, secrets] = await Promise.all([
    readBundle(deps, app, deployment.release),
    readSecrets(deps, app, deployment.release),
  ])
  deps.remember(Object.values(secrets))
  return { app, deployment, bundle: await filledBundle(deps, { app, deployment, bundle }), secrets }
}

/** Throws SERVICE_NOT_FOUND. */
export function requireService({ app, bundle }: Rollout, service: string): void {
  const services = Object.keys(bundle.model.services)
  if (services.includes(service)) return
  throw new AppError('SERVICE_NOT_FOUND', `${app.name} has no service ${service}`, {
    hint: `its services: ${services.join(', ')}`,
    details: { service, services },
  })
}

/** Makes the container without starting it, so that not a line of it is missed. */
async function makeContainer(
  deps: RunDeps,
  rollout: Rollout,
  run: JobRunRecord,
  command: string[] | null,
): Promise<EngineContainer> {
  const { app, secrets } = rollout
  const { id, service, composeProject } = run
  const file = join(deps.paths.app(app.id), 'runs', `${id}.json`)
  const project = composeProject ?? runProject(app, id)
  await deps.files.writeText(file, JSON.stringify(describeWhole(deps, rollout, run, command)))
  const files = { project, directory: deps.paths.app(app.id), files: [file], profiles: [], variables: secrets }
  try {
    await deps.heavy(() => deps.engine.up(files, { services: [], build: false, noStart: true, timeoutSeconds: 60 }))
  } finally {
    await deps.files.remove(file)
  }
  const [container] = await containersOf(deps, project)
  if (!container) throw new AppError('COMPOSE_FAILED', `${service} got no container to run in`)
  return container
}

/** The compose file of a run. Its secrets stand in it by name alone. */
export function describeWhole(
  deps: RunDeps,
  rollout: Rollout,
  { id, service }: JobRunRecord,
  command: string[] | null,
): object {
  const request = { ...describeRequest(deps, rollout), live: rollout.deployment.composeProject }
  return describeRun(request, { run: id, service, command })
}

const containersOf = ({ engine }: RunDeps, project: string) =>
  engine.containers([`${composeLabels.project}=${project}`])

/** Reads what a run writes until it has ended, however that comes. Also for one that an earlier berthd started. */
export async function followRun(
  deps: RunDeps,
  app: AppRecord,
  run: JobRunRecord,
  timeoutSeconds: number,
  { onLine, signal }: RunWatch,
): Promise<JobRunRecord> {
  const project = run.composeProject ?? ''
  const [container] = await containersOf(deps, project)
  if (!container) return endRun(deps, app, run, { exitCode: null, state: 'lost' })
  const left = Date.parse(run.startedAt) + timeoutSeconds * 1000 - deps.clock.now().getTime()
  const late = AbortSignal.timeout(Math.max(0, left))
  const stop = AbortSignal.any([signal, late])
  // what has the caller's terminal writes there, and is nobody else's to read
  if (container.labels[composeLabels.oneOff] === 'True') await untilEnded(deps, project, stop)
  else await readLines(deps, app, run, container.id, { signal: stop, ...(onLine && { onLine }) })
  if (stop.aborted) await deps.engine.stopContainer(container.id)
  if (late.aborted) await keep(deps, app, run, `it was ended after ${timeoutSeconds} s\n`)
  const exitCode = await exitCodeOf(deps, project)
  const state = exitCode === 0 && !stop.aborted ? 'done' : 'failed'
  return endRun(deps, app, run, { exitCode, state })
}

/** How often a run that nobody reads is looked at, ms. */
const lookEvery = 200

async function untilEnded(deps: RunDeps, project: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const [container] = await containersOf(deps, project)
    if (container?.state !== 'running' && container?.state !== 'paused') return
    await deps.clock.wait(lookEvery, signal).catch(() => undefined)
  }
}

async function readLines(
  deps: RunDeps,
  app: AppRecord,
  run: JobRunRecord,
  container: string,
  { onLine, signal }: RunWatch,
): Promise<void> {
  const rest = { stdout: '', stderr: '' }
  let last: string | undefined
  const read = async (part: LogOptions) => {
    for await (const { bytes, entries } of deps.engine.logs(container, part, signal)) {
      for (const { stream, start, end, time } of entries) {
        const lines = `${rest[stream]}${bytes.toString('utf8', start, end)}`.split('\n')
        rest[stream] = lines.pop() ?? ''
        await tellLines(deps, app, run, { stream, lines, onLine })
        last = time
      }
    }
  }
  await read({ follow: true })
  // the engine ends the following with the container, which can be before its last words
  await read({ follow: false, since: last === undefined ? undefined : momentAfter(last) })
  for (const stream of ['stdout', 'stderr'] as const)
    if (rest[stream] !== '') await tellLines(deps, app, run, { stream, lines: [rest[stream]], onLine })
}

async function tellLines(
  deps: RunDeps,
  app: AppRecord,
  run: JobRunRecord,
  { stream, lines, onLine }: { stream: 'stdout' | 'stderr'; lines: readonly string[]; onLine: OnRunLine | undefined },
): Promise<void> {
  for (const line of lines) onLine?.(line, stream)
  await keep(deps, app, run, lines.map((line) => `${line}\n`).join(''))
}

const keep = (deps: RunDeps, app: AppRecord, run: JobRunRecord, text: string) =>
  text === '' ? Promise.resolve(true) : deps.runLogs.append(runLog(deps, app, run.id), deps.redact(text))

async function exitCodeOf(deps: RunDeps, project: string): Promise<number | null> {
  for (let looks = 0; looks < 100; looks++) {
    const [container] = await containersOf(deps, project)
    if (!container) return null
    if (container.state === 'exited' || container.state === 'dead') return container.exitCode
    await deps.clock.wait(20)
  }
  return null
}

/** How many runs of one job are remembered. */
const kept = 50

/** Takes away what is left of a run, and keeps how it ended. */
export async function endRun(
  deps: RunDeps,
  app: AppRecord,
  run: JobRunRecord,
  { exitCode, state }: Pick<JobRunRecord, 'exitCode' | 'state'>,
): Promise<JobRunRecord> {
  const project = run.composeProject
  if (project !== null)
    await deps.engine.down({ project, directory: '/', files: [], profiles: [], variables: {} }, { volumes: false })
  const ended: JobRunRecord = { ...run, state, exitCode, endedAt: deps.clock.now().toISOString() }
  await noteRun(deps, app, ended)
  return ended
}

const eventOf = {
  running: 'job.failed',
  lost: 'job.failed',
  failed: 'job.failed',
  done: 'job.done',
  missed: 'job.missed',
  skipped: 'job.skipped',
} as const

/** Keeps a run that has ended, or never began; tells of it; forgets the oldest. */
export async function noteRun(deps: RunDeps, app: AppRecord, run: JobRunRecord): Promise<void> {
  await deps.store.deploys.saveJobRun(run)
  if (run.job !== null) {
    const data = { job: run.job, run: run.id, exitCode: run.exitCode, trigger: run.trigger }
    await deps.events.tell({ type: eventOf[run.state], subject: app.name, context: app.context, data })
  }
  const same = (await deps.store.deploys.jobRuns(app.id)).filter(({ job }) => job === run.job)
  for (const { id } of same.slice(kept)) {
    await deps.files.remove(runLog(deps, app, id))
    await deps.store.deploys.removeJobRun(id)
  }
}
