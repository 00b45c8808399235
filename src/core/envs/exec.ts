import { AppError } from '../errors.ts'
import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import type { EnvDeps } from './deps.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import { reachableContainers } from './shared/reachable.ts'

/** What `berth exec` asks for. */
export interface ExecRequest {
  env: EnvRef
  /** The ingress service when absent. */
  service?: string | undefined
  /** A shell when empty. */
  argv: string[]
  tty: boolean
  interactive: boolean
  user?: string | undefined
  workdir?: string | undefined
}

/** A program for a terminal to run. */
export interface TerminalCommand {
  argv: string[]
  /** Absolute, or null: where the caller stands. */
  directory: string | null
  env: Record<string, string>
}

/** The command that runs a program in a service's container. Throws SERVICE_NOT_FOUND, SERVICE_NOT_RUNNING. */
export async function execInEnv(
  deps: Pick<EnvDeps, 'store' | 'engine' | 'files' | 'paths' | 'homeId' | 'loadConfig' | 'upRecords'>,
  request: ExecRequest,
): Promise<TerminalCommand> {
  const env = await findEnv(deps, request.env)
  const [record, containers] = await Promise.all([deps.upRecords.read(env.id), reachableContainers(deps, env)])
  const services = [
    ...new Set([...(record?.services ?? []).map(({ service }) => service), ...containers.map(serviceOf)]),
  ]
  const service = request.service ?? record?.ingress ?? onlyOne(services)
  if (service === undefined) {
    throw new AppError(
      'SERVICE_NOT_FOUND',
      `${env.name} has no ingress service: name one of ${services.join(', ') || '(none)'}`,
    )
  }
  const container = containers.find((one) => serviceOf(one) === service && one.state === 'running')
  if (!container) throw notRunning(env.name, service, services)
  const argv = request.argv.length > 0 ? request.argv : ['sh']
  const { tty, interactive, user, workdir } = request
  const command = deps.engine.execCommand(container.id, argv, {
    tty,
    interactive,
    ...(user === undefined ? {} : { user }),
    ...(workdir === undefined ? {} : { workdir }),
  })
  return { ...command, directory: null }
}

const serviceOf = (container: EngineContainer) => container.labels[composeLabels.service] ?? container.name

const onlyOne = (services: readonly string[]) => (services.length === 1 ? services[0] : undefined)

function notRunning(env: string, service: string, services: readonly string[]): AppError {
  if (!services.includes(service)) {
    return new AppError('SERVICE_NOT_FOUND', `${env} has no service ${service}`, {
      hint: services.length > 0 ? `its services: ${services.join(', ')}` : `berth up ${env} starts it first`,
      details: { service, services },
    })
  }
  return new AppError('SERVICE_NOT_RUNNING', `${service} of ${env} is not running`, {
    hint: `berth up ${env}`,
    details: { service },
  })
}
