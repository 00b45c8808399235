import { join } from 'node:path'
import type { TerminalCommand } from '../../envs/exec.ts'
import { AppError } from '../../errors.ts'
import { composeLabels } from '../../labels.ts'
import type { EngineContainer } from '../../ports.ts'
import type { AppRecord } from '../model.ts'
import { runProject } from './describe-run.ts'
import type { JobRunRecord } from './model.ts'
import {
  beginRun,
  describeWhole,
  endRun,
  followRun,
  liveRollout,
  type RunDeps,
  type RunRequest,
  requireService,
} from './run-once.ts'

/** A program that runs in an app and has the caller's terminal, or the caller's pipe as its input. */
export interface OpenedRun {
  run: JobRunRecord
  /** What the caller runs: it is the program's terminal for as long as it lasts. */
  command: TerminalCommand
}

/** How long the caller may take to start what it was given, ms. */
const startPatience = 20_000
const pause = 50

/** Of the daemon's own terminal, where it was started on one: the program is to have the caller's. */
const terminalVariables = ['TERM', 'COLORTERM', 'COLUMNS', 'LINES']

/**
 * Prepares a run whose input and output are the caller's: Compose alone, started by the caller, connects both ends of a pipe to a
 * container so that the program sees where the input ends. Throws RELEASE_NOT_FOUND, SERVICE_NOT_FOUND.
 */
export async function openRun(
  deps: RunDeps,
  app: AppRecord,
  request: Pick<RunRequest, 'service' | 'command' | 'by'> & { tty: boolean },
): Promise<OpenedRun> {
  const rollout = await liveRollout(deps, app)
  requireService(rollout, request.service)
  const begun = { ...request, job: null, trigger: 'hand', scheduledFor: null } as const
  const run = await beginRun(deps, app, begun, { signal: AbortSignal.any([]) }, (id) => runProject(app, id))
  const file = fileOf(deps, app, run)
  await deps.files.writeText(file, JSON.stringify(describeWhole(deps, rollout, run, request.command)))
  const project = run.composeProject ?? runProject(app, run.id)
  const files = { project, directory: deps.paths.app(app.id), files: [file], profiles: [], variables: rollout.secrets }
  const terminal = request.tty ? [] : ['--no-TTY']
  const words = ['--progress', 'quiet', 'run', '--no-deps', '--quiet-pull', ...terminal, 'run']
  const { argv, env, cwd } = deps.engine.composeCommand(files, words)
  const own = Object.entries(env).filter(([name]) => !terminalVariables.includes(name))
  return { run, command: { argv, env: Object.fromEntries(own), directory: cwd } }
}

const fileOf = ({ paths }: RunDeps, app: AppRecord, { id }: Pick<JobRunRecord, 'id'>) =>
  join(paths.app(app.id), 'runs', `${id}.json`)

interface AttendRequest {
  timeoutSeconds: number
  /** The size of the caller's terminal, where it has one. */
  terminal?: { columns: number; rows: number } | undefined
  signal: AbortSignal
}

/** Sees an opened run to its end, and takes away what is left of it, whatever became of the caller. Throws JOB_NOT_FOUND. */
export async function attendRun(
  deps: RunDeps,
  app: AppRecord,
  id: string,
  { timeoutSeconds, terminal, signal }: AttendRequest,
): Promise<JobRunRecord> {
  const run = (await deps.store.deploys.jobRuns(app.id)).find((one) => one.id === id)
  if (run === undefined) throw new AppError('JOB_NOT_FOUND', `${app.name} has no run ${id}`)
  if (run.state !== 'running') return run
  const started = await untilStarted(deps, run, signal)
  await deps.files.remove(fileOf(deps, app, run))
  // Compose tells the size only when it changes, unless it is quicker than the container
  if (started && terminal) await deps.engine.resizeTerminal(started.id, terminal)
  if (!started) return endRun(deps, app, run, { exitCode: null, state: 'failed' })
  return followRun(deps, app, run, timeoutSeconds, { signal })
}

/** The container the caller has started; undefined when it did not in time, or gave up. */
async function untilStarted(
  deps: RunDeps,
  { composeProject }: JobRunRecord,
  signal: AbortSignal,
): Promise<EngineContainer | undefined> {
  const label = `${composeLabels.project}=${composeProject}` as const
  for (let waited = 0; waited < startPatience; waited += pause) {
    const [container] = await deps.engine.containers([label])
    if (container !== undefined && container.state !== 'created') return container
    if (signal.aborted) return container
    await deps.clock.wait(pause)
  }
  return undefined
}
