import { lastLine } from '../../lib/last-line.ts'
import { AppError } from '../errors.ts'
import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import { baseProject } from './compose-projects.ts'
import type { DeployDeps } from './deps.ts'
import { failedServices } from './failed-services.ts'
import { hostToAsk } from './hosts.ts'
import { ingressNetworkName } from './ingress-names.ts'
import type { HealthProbe } from './model.ts'
import type { Rollout } from './rollout.ts'

/** How long to wait between two questions, ms. */
const pause = 100

/**
 * Asks every container of the entrance, by its address, until each has answered. A healthcheck of the compose file's own
 * has been passed by then; most files have none. Throws PROBE_FAILED with the last ten lines each container wrote.
 */
export async function probeEntrance(
  deps: DeployDeps,
  { app, deployment, bundle }: Rollout,
  signal: AbortSignal,
): Promise<void> {
  const { entrance, settings, model } = bundle
  if (!entrance) return
  const { health } = settings
  const check = model.services[entrance.service]?.healthcheck
  if (check !== undefined && check.disable !== true) return
  const project = deployment.composeProject ?? baseProject(app)
  const host = hostToAsk(app, settings)
  const deadline = deps.clock.now().getTime() + health.timeoutSeconds * 1000
  for (;;) {
    const faults = await askAll(
      deps,
      { project, service: entrance.service },
      { ...health, port: health.port ?? entrance.port, host },
    )
    if (faults.length === 0) return
    if (deps.clock.now().getTime() > deadline) throw await probeFailed(deps, entrance.service, faults)
    await deps.clock.wait(pause, signal)
  }
}

interface Fault {
  container: EngineContainer | null
  reason: string
}

type Question = Pick<HealthProbe, 'kind' | 'command' | 'path'> & { port: number; host: string }

/** What is wrong with each container of a service; empty when all answer. */
async function askAll(
  deps: DeployDeps,
  { project, service }: { project: string; service: string },
  question: Question,
): Promise<Fault[]> {
  const containers = await deps.engine.containers([
    `${composeLabels.project}=${project}`,
    `${composeLabels.service}=${service}`,
  ])
  if (containers.length === 0) return [{ container: null, reason: 'it has no container' }]
  const answers = await Promise.all(
    containers.map(async (container): Promise<Fault[]> => {
      const { state } = container
      const reason = state === 'running' ? await askOne(deps, container, question) : `it is ${state}`
      return reason === null ? [] : [{ container, reason }]
    }),
  )
  return answers.flat()
}

/** How long a command in a container may take once, ms. */
const commandTime = 10_000

async function askOne(
  { engine, host: machine, homeId, probe }: DeployDeps,
  { id, networks }: EngineContainer,
  { kind, command, path, port, host }: Question,
): Promise<string | null> {
  const address = networks[ingressNetworkName(homeId)]?.ipv4 ?? ''
  if (kind !== 'command') return probe({ kind, address, port, path, host })
  const { argv, env } = engine.execCommand(id, command ?? [], { tty: false, interactive: false })
  const { exitCode, stdout, stderr, timedOut } = await machine.run(argv, { env, timeoutMs: commandTime })
  if (exitCode === 0) return null
  const said = lastLine(`${stdout}${stderr}`)
  return timedOut ? 'its command takes longer than 10 s' : `its command ends with ${exitCode}${said && `: ${said}`}`
}

async function probeFailed(deps: DeployDeps, service: string, faults: readonly Fault[]): Promise<AppError> {
  const known = faults.flatMap(({ container, reason }) => (container === null ? [] : [{ container, reason }]))
  const [first] = faults
  return new AppError('PROBE_FAILED', `${service} does not answer: ${first?.reason}`, {
    stage: 'probe',
    details: { services: await failedServices(deps, known) },
  })
}
