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

type ExecDeps = Pick<EnvDeps, 'store' | 'engine' | 'files' | 'paths' | 'homeId' | 'loadConfig' | 'upRecords'>

/** The command that runs a program in a service's container. Throws SERVICE_NOT_FOUND, SERVICE_NOT_RUNNING. */
export async function execInEnv(deps: ExecDeps, request: ExecRequest): Promise<TerminalCommand> {
  const { id } = await findContainer(deps, request)
  return commandIn(deps, id, request)
}

/** A program in a container that can be told to end: `docker exec` tells it nothing, and leaves it behind. */
export interface MarkedCommand extends TerminalCommand {
  /** The command that tells it, and what it started; after SIGHUP, whatever is still there is ended. */
  tell: (signal: 'HUP' | 'INT' | 'TERM') => TerminalCommand
}

/** The same for a caller who may be gone at any time; `mark` is in the environment of the program and of no other. */
export async function execMarked(deps: ExecDeps, request: ExecRequest, mark: string): Promise<MarkedCommand> {
  const { id } = await findContainer(deps, request)
  const silent = { env: request.env, tty: false, interactive: false, user: '0' }
  return {
    ...commandIn(deps, id, request, { BERTH_CALL: mark }),
    tell: (signal) => commandIn(deps, id, { ...silent, argv: ['sh', '-c', tellMarked, 'berth', mark, signal] }),
  }
}

/** Of busybox or coreutils; a container without a shell keeps what runs in it. */
const tellMarked = `
tell() {
  for p in /proc/[0-9]*; do
    tr '\\0' '\\n' <"$p/environ" 2>/dev/null | grep -qx "BERTH_CALL=$1" && kill -s "$2" "\${p#/proc/}" 2>/dev/null
  done
}
tell "$1" "$2"
[ "$2" = HUP ] || exit 0
sleep 2
tell "$1" KILL
exit 0`

function commandIn(
  { engine }: ExecDeps,
  container: string,
  { argv, tty, interactive, user, workdir }: ExecRequest,
  env?: Record<string, string>,
): TerminalCommand {
  const command = engine.execCommand(container, argv.length > 0 ? argv : ['sh'], {
    tty,
    interactive,
    ...(user === undefined ? {} : { user }),
    ...(workdir === undefined ? {} : { workdir }),
    ...(env === undefined ? {} : { env }),
  })
  return { ...command, directory: null }
}

async function findContainer(deps: ExecDeps, request: ExecRequest): Promise<EngineContainer> {
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
  return container
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
