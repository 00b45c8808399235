import { frameHeader, frameTypes, jsonFrame, writeFrameHeader } from '../../contract/frames.ts'
import type { Output, Parsed } from '../../contract/routes.ts'
import { readPipeline } from '../../core/ci/read-pipeline.ts'
import { endRun } from '../../core/ci/runs/end-run.ts'
import { findRun, followRun, type RunMessage } from '../../core/ci/runs/follow-run.ts'
import { listRuns } from '../../core/ci/runs/list-runs.ts'
import { planRun } from '../../core/ci/runs/plan-run.ts'
import { prepareRequest, whereToLook } from '../../core/ci/runs/request.ts'
import { resumeRuns } from '../../core/ci/runs/resume-run.ts'
import { startRun } from '../../core/ci/runs/start-run.ts'
import { type WatchMessage, watchStages } from '../../core/ci/watch/watch-stages.ts'
import { toAppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { CiParts } from '../open-ci.ts'
import type { Pieces } from './answer.ts'
import type { Handlers } from './app.ts'
import { ciSetupHandlers } from './ci-setup.ts'
import { errorBody } from './errors.ts'

/** The daemon's parts, with those of `berth ci` among them. */
type Deps = Omit<DaemonDeps, keyof CiParts> & CiParts

/** Routes of `berth ci` → use cases. */
export function ciHandlers(daemon: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `ci.${string}`>> {
  const deps: Deps = { ...daemon, ...daemon.ci }
  return {
    ...ciSetupHandlers(deps),
    'ci.list': (input) => list(deps, input),
    'ci.plan': (input) => plan(deps, input),
    'ci.start': async (input) => ({ run: toWire(await start(deps, input)) }),
    'ci.follow': async ({ run, stage, bytes }) => {
      await deps.resumed.promise
      await findRun(deps, run)
      return frames(followRun(deps, run, { stage, bytes }))
    },
    'ci.watch': async (input, signal) => {
      const messages = watchStages(deps, input, signal)
      return watchFrames(await messages.next(), messages)
    },
    'ci.runs': async ({ directory }) => {
      await deps.resumed.promise
      return { runs: (await listRuns(deps, directory)).map(toWire) }
    },
    'ci.kill': async ({ run }) => {
      await deps.resumed.promise
      return { run: toWire(await endRun(deps, run, () => deps.operations.cancel(operationOf(run)))) }
    },
  }
}

async function list(deps: Deps, input: Parsed<'ci.list'>): Promise<Output<'ci.list'>> {
  const { directory } = await whereToLook(deps, input)
  const { root, pipeline } = await readPipeline(deps, directory, input.on.length > 0)
  const stages = pipeline.stages.map(
    ({ name, command, directory: place, dependsOn, enabled, timeoutMs, fix, source }) => ({
      name,
      command: command.text,
      directory: place,
      dependsOn: [...dependsOn],
      enabled,
      timeoutMs,
      fix: fix?.text ?? null,
      source,
    }),
  )
  return { root, stages, profiles: Object.keys(pipeline.profiles) }
}

async function plan(deps: Deps, input: Parsed<'ci.plan'>): Promise<Output<'ci.plan'>> {
  const request = await prepareRequest(deps, { ...withEnvironment(input), failFast: false, keepGoing: false })
  const { signal } = new AbortController()
  await Promise.all(request.machines.map((machine) => machine.prepare(request.root, signal, request.tree)))
  const planned = await planRun(deps, request)
  const stages = planned.map(({ stage, hit, missing, key }) => ({
    name: stage.name,
    command: stage.command.text,
    cached: hit !== undefined,
    missing,
    key,
  }))
  return { root: request.root, stages }
}

/** Who asks from another machine has set nothing that means anything here: stages then run in what this daemon was started in. */
function withEnvironment<I extends { environment: Record<string, string> }>(input: I): I {
  if (Object.keys(input.environment).length > 0) return input
  const own = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return { ...input, environment: Object.fromEntries(own) as Record<string, string> }
}

const operationOf = (run: string) => `ci-${run}`
const toWire = <R extends { stages: readonly unknown[] }>(run: R): R & { stages: R['stages'][number][] } => ({
  ...run,
  stages: [...run.stages],
})

/** Takes up the runs that went on without a daemon; whoever asked for one follows it as before. Never throws. */
export async function resumeCiRuns(daemon: DaemonDeps, log: (message: string) => void): Promise<void> {
  try {
    const runs = await resumeRuns({ ...daemon, ...daemon.ci })
    for (const { run, work } of runs) daemon.operations.start(operationOf(run.id), (scope) => work(scope.signal))
    if (runs.length > 0) log(`runs of berth ci that go on: ${runs.length}`)
  } catch (error) {
    log(`runs of berth ci were not taken up again: ${toAppError(error).message}`)
  } finally {
    daemon.ci.resumed.resolve()
  }
}

/** The run is an operation of the daemon: it is not replaced while stages run, and can be cancelled by its id. */
async function start(deps: Deps, input: Parsed<'ci.start'>) {
  const { run, work } = await startRun(deps, await prepareRequest(deps, withEnvironment(input)))
  deps.operations.start(operationOf(run.id), (scope) => work(scope.signal))
  return run
}

async function* frames(messages: AsyncIterable<RunMessage>): Pieces {
  for await (const message of messages) yield toFrame(message)
}

/** The first message was waited for: what refuses it is the answer to the call itself. */
async function* watchFrames(first: IteratorResult<WatchMessage>, messages: AsyncIterable<WatchMessage>): Pieces {
  const frame = (message: WatchMessage) =>
    jsonFrame(frameTypes.event, message.type === 'fault' ? { ...message, error: errorBody(message.error) } : message)
  if (first.done !== true) yield frame(first.value)
  for await (const message of messages) yield frame(message)
}

function toFrame(message: RunMessage): Buffer {
  if (message.type === 'failure') return jsonFrame(frameTypes.error, errorBody(message.error))
  if (message.type !== 'output') return jsonFrame(frameTypes.event, message)
  const frame = Buffer.concat([Buffer.alloc(frameHeader), message.bytes])
  return writeFrameHeader(frame, frameTypes.output, message.index)
}
