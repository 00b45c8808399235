import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { UpOptions } from '../../core/ports/engine.ts'
import type { ComposeFiles, EngineContainer } from '../../core/ports.ts'
import { composeArgs, plainProgress, upArgs } from './commands.ts'
import { composeFailure } from './failures.ts'
import { containerProgress, describeFailure, judgeReadiness } from './ready.ts'
import { type ComposeDependencies, lineOptions, spawnOptions } from './run-compose.ts'

/** Containers a start touched, by name: what Compose said of each last (`Running`: it was up already). */
type Touched = Map<string, string>

/** How long a container without a healthcheck must run to count as started: as long as `up --wait` gives it. */
const settleMs = 500

/**
 * `docker compose up`, and then waits itself, until all that it touched is ready: see `upArgs` for why. An engine that
 * stops meanwhile is ENGINE_UNAVAILABLE, whatever its containers then look like.
 */
export async function composeUp(
  dependencies: ComposeDependencies,
  files: ComposeFiles,
  options: UpOptions,
): Promise<void> {
  await dependencies.engine.connect()
  const ended = new AbortController()
  const presence = await dependencies.engine.watchPresence(ended.signal)
  const pulse = dependencies.engine.pulse(files.project, ended.signal)
  try {
    await startAndWait(dependencies, files, options).catch(async (thrown: unknown) => {
      if (!options.signal?.aborted) await presence.check()
      throw thrown
    })
    await presence.check()
  } finally {
    ended.abort()
    // what went wrong with the engine is thrown by the work itself
    await pulse.catch(() => undefined)
  }
}

async function startAndWait(dependencies: ComposeDependencies, files: ComposeFiles, options: UpOptions): Promise<void> {
  const touched = await runUp(dependencies, files, options).catch(async (thrown: unknown) => {
    if (isStuckStart(thrown)) await removeUnstarted(dependencies, files)
    else if (!isPassing(thrown)) throw thrown
    return runUp(dependencies, files, options)
  })
  if (!options.noStart) await untilReady(dependencies, files, touched, options)
}

/** Podman looks through the machine's interfaces to make a network, and fails when one of them goes meanwhile. */
const isPassing = (thrown: unknown) => says(thrown, /route ip\+net: no such network interface/)

/** Docker killed while it started a container can never start that one: its containerd still has something of its id. */
const isStuckStart = (thrown: unknown) => says(thrown, /task \S+: already exists|\bid already in use/)

const says = (thrown: unknown, words: RegExp) => thrown instanceof AppError && words.test(thrown.message)

/** Removes containers that never ran, and so hold nothing. */
async function removeUnstarted({ engine }: ComposeDependencies, { project }: ComposeFiles): Promise<void> {
  const containers = await engine.containers([`com.docker.compose.project=${project}`])
  for (const { id, state } of containers) if (state === 'created') await engine.removeContainer(id)
}

/** Runs the program. Throws what it failed of, SERVICE_UNHEALTHY when a dependency keeps it waiting too long. */
async function runUp(dependencies: ComposeDependencies, files: ComposeFiles, options: UpOptions): Promise<Touched> {
  const touched: Touched = new Map()
  const patience = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const onLine = (line: string) => {
    const progress = containerProgress(line)
    if (progress) touched.set(progress.container, progress.state)
    // Compose itself waits for ever for a dependency to become healthy
    clearTimeout(timer)
    if ([...touched.values()].includes('Waiting'))
      timer = setTimeout(() => patience.abort(), options.timeoutSeconds * 1000)
    options.onLine?.(line)
  }
  const signal = AbortSignal.any([patience.signal, ...(options.signal ? [options.signal] : [])])
  try {
    const argv = [...dependencies.program, ...plainProgress, ...composeArgs(files, upArgs(options))]
    const run = { ...spawnOptions(dependencies, files), ...lineOptions({ signal, onLine }) }
    const { exitCode, stderr } = await dependencies.host.run(argv, run)
    if (exitCode !== 0) throw await explain(dependencies, files, touched, composeFailure('up', stderr, exitCode))
    return touched
  } catch (thrown) {
    if (patience.signal.aborted && !options.signal?.aborted)
      throw await unhealthy(dependencies, await touchedContainers(dependencies, files, touched))
    throw thrown
  } finally {
    clearTimeout(timer)
  }
}

/** Waits until every container of this start is ready. Throws SERVICE_UNHEALTHY, or the signal's reason. */
async function untilReady(
  dependencies: ComposeDependencies,
  files: ComposeFiles,
  touched: Touched,
  { timeoutSeconds, signal }: UpOptions,
): Promise<void> {
  const begun = Date.now()
  for (let pause = 20; ; pause = Math.min(pause * 2, 250)) {
    const containers = await touchedContainers(dependencies, files, touched)
    const { waiting, failed } = judgeReadiness(containers)
    if (failed.length > 0 || (waiting.length > 0 && Date.now() > begun + timeoutSeconds * 1000))
      throw await unhealthy(dependencies, [...failed, ...waiting])
    const isUnproven = ({ name, state, health }: EngineContainer) =>
      touched.get(name) !== 'Running' && state === 'running' && health === 'none'
    if (waiting.length === 0 && (!containers.some(isUnproven) || Date.now() > begun + settleMs)) return
    await wait(pause, undefined, signal && { signal }).catch(() => signal?.throwIfAborted())
  }
}

async function touchedContainers(
  { engine }: ComposeDependencies,
  files: ComposeFiles,
  touched: Touched,
): Promise<EngineContainer[]> {
  const containers = await engine.containers([`com.docker.compose.project=${files.project}`])
  return containers.filter((container) => touched.has(container.name))
}

/** The same failure, with the services it concerns. */
async function explain(
  dependencies: ComposeDependencies,
  files: ComposeFiles,
  touched: Touched,
  failure: AppError,
): Promise<AppError> {
  const containers = await touchedContainers(dependencies, files, touched)
  if (failure.code === 'SERVICE_UNHEALTHY') return unhealthy(dependencies, containers, failure)
  const stuck = containers.filter(({ name }) => touched.get(name) === 'Starting').map(serviceOf)
  if (failure.code !== 'COMPOSE_FAILED' || stuck.length !== 1) return failure
  return new AppError(failure.code, `${stuck[0]} could not start: ${failure.message}`, {
    stage: 'start',
    details: { ...failure.details, service: stuck[0] },
    cause: failure,
  })
}

/** SERVICE_UNHEALTHY for the containers that failed, with the last ten lines of each in its details. */
async function unhealthy(
  { engine }: ComposeDependencies,
  containers: readonly EngineContainer[],
  cause?: AppError,
): Promise<AppError> {
  const { failed, waiting } = judgeReadiness(containers)
  const services = await Promise.all(
    (failed.length > 0 ? failed : waiting).map(async (container) => ({
      service: serviceOf(container),
      container: container.name,
      reason: describeFailure(container),
      exitCode: container.exitCode,
      lastLines: await engine.lastLines(container.id, 10),
    })),
  )
  const message = services.map(({ service, reason }) => `${service} ${reason}`).join(', ')
  return new AppError('SERVICE_UNHEALTHY', message || (cause?.message ?? 'a service did not start'), {
    stage: 'health',
    details: { services },
    cause,
  })
}

function serviceOf({ labels, name }: EngineContainer): string {
  return labels['com.docker.compose.service'] ?? name
}
