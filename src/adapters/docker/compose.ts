import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { UpOptions } from '../../core/ports/engine.ts'
import type { ComposeFiles, ComposeModel, ContainerEngine, EngineContainer, Host } from '../../core/ports.ts'
import { composeArgv, composeEnvironment, configArgs, downArgs, upArgs, withPlainProgress } from './commands.ts'
import type { Environment } from './endpoint.ts'
import { composeFailure } from './failures.ts'
import { containerProgress, describeFailure, judgeReadiness } from './ready.ts'
import { removeProject } from './remove-project.ts'

export interface ComposeDependencies {
  host: Host
  environment: Environment
  engine: Parameters<typeof removeProject>[0] & Pick<ContainerEngine, 'lastLines'>
}

/** The verbs of the port that `docker compose` does. */
export function createComposeVerbs(
  dependencies: ComposeDependencies,
): Pick<ContainerEngine, 'model' | 'up' | 'down' | 'composeCommand'> {
  const { host, environment } = dependencies
  return {
    model: async (files, { allProfiles = false } = {}) => {
      if (!allProfiles) return readModel(dependencies, files)
      // services of different profiles may contradict each other: then those of the active profiles count
      return readModel(dependencies, { ...files, profiles: ['*'] }).catch(() => readModel(dependencies, files))
    },
    up: (files, options) => up(dependencies, files, options),
    down: async (files, options) => {
      if (files.files.length === 0) return removeProject(dependencies.engine, files.project, options)
      // services of a profile are left standing by `down` unless the profile is named
      const argv = withPlainProgress(composeArgv({ ...files, profiles: ['*'] }, downArgs(options)))
      const result = await host.run(argv, { ...spawnOptions(dependencies, files), ...lineOptions(options) })
      if (result.exitCode !== 0) throw composeFailure('down', result.stderr, result.exitCode)
    },
    composeCommand: (files, args) => ({
      argv: composeArgv(files, args),
      env: composeEnvironment(environment, files),
    }),
  }
}

async function readModel(dependencies: ComposeDependencies, files: ComposeFiles): Promise<ComposeModel> {
  const result = await dependencies.host.run(composeArgv(files, configArgs()), spawnOptions(dependencies, files))
  if (result.exitCode !== 0) throw composeFailure('config', result.stderr, result.exitCode)
  // every `$` is doubled, so that the output could be read as a compose file again
  return JSON.parse(result.stdout.replaceAll('$$', '$')) as ComposeModel
}

/** Names of the containers a start touched; true: it started them, false: they were running already. */
type Touched = Map<string, boolean>

/** How long a container without a healthcheck must run to count as started: as long as `--wait` gives it. */
const settleMs = 500

async function up(dependencies: ComposeDependencies, files: ComposeFiles, options: UpOptions): Promise<void> {
  const started: Touched = new Map()
  const onLine = (line: string) => {
    const progress = containerProgress(line)
    if (progress) started.set(progress.container, progress.state !== 'Running')
    options.onLine?.(line)
  }
  const argv = withPlainProgress(composeArgv(files, upArgs(options)))
  const result = await dependencies.host.run(argv, {
    ...spawnOptions(dependencies, files),
    ...lineOptions({ ...options, onLine }),
  })
  if (result.exitCode !== 0) {
    const failure = composeFailure('up', result.stderr, result.exitCode)
    throw failure.code === 'SERVICE_UNHEALTHY'
      ? await unhealthy(dependencies, await touched(dependencies, files, started), failure)
      : failure
  }
  await untilReady(dependencies, files, started, options)
}

/** Waits until every container of this start is ready. Throws SERVICE_UNHEALTHY, or the signal's reason. */
async function untilReady(
  dependencies: ComposeDependencies,
  files: ComposeFiles,
  started: Touched,
  { timeoutSeconds, signal }: UpOptions,
): Promise<void> {
  const begun = Date.now()
  for (let pause = 20; ; pause = Math.min(pause * 2, 250)) {
    const containers = await touched(dependencies, files, started)
    const { waiting, failed } = judgeReadiness(containers)
    if (failed.length > 0 || (waiting.length > 0 && Date.now() > begun + timeoutSeconds * 1000))
      throw await unhealthy(dependencies, [...failed, ...waiting])
    const unproven = containers.some(
      ({ name, state, health }) => started.get(name) && state === 'running' && health === 'none',
    )
    if (waiting.length === 0 && (!unproven || Date.now() > begun + settleMs)) return
    await wait(pause, undefined, signal && { signal }).catch(() => signal?.throwIfAborted())
  }
}

async function touched(
  { engine }: ComposeDependencies,
  files: ComposeFiles,
  started: Touched,
): Promise<EngineContainer[]> {
  const containers = await engine.containers([`com.docker.compose.project=${files.project}`])
  return containers.filter((container) => started.has(container.name))
}

/** SERVICE_UNHEALTHY for the containers that failed, with the last ten lines of each in its details. */
async function unhealthy(
  { engine }: ComposeDependencies,
  containers: readonly EngineContainer[],
  cause?: AppError,
): Promise<AppError> {
  const { failed, waiting } = judgeReadiness(containers)
  const bad = failed.length > 0 ? failed : waiting
  const services = await Promise.all(
    bad.map(async (container) => ({
      service: container.labels['com.docker.compose.service'] ?? container.name,
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

/** Compose reads the `.env` of the directory it runs in: never the daemon's. */
function spawnOptions({ environment }: ComposeDependencies, files: ComposeFiles) {
  return { env: composeEnvironment(environment, files), cwd: files.directory }
}

function lineOptions(options: { signal?: AbortSignal; onLine?: (line: string) => void }) {
  const { signal, onLine } = options
  return { ...(signal && { signal }), ...(onLine && { onLine: (line: string) => onLine(line) }) }
}
