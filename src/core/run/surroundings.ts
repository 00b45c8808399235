import { composeInputs } from '../envs/compose-inputs.ts'
import type { EnvDeps } from '../envs/deps.ts'
import type { EnvRecord, ServiceStatus } from '../envs/model.ts'
import { reachableContainers } from '../envs/shared/reachable.ts'
import { serviceStatuses } from '../envs/view.ts'
import { AppError } from '../errors.ts'
import type { ResolverCheck } from '../ports.ts'
import type { SessionSurroundings } from '../sessions/session-environment.ts'

type SurroundingDeps = Pick<
  EnvDeps,
  'store' | 'engine' | 'homeId' | 'network' | 'upRecords' | 'files' | 'paths' | 'loadConfig'
> & {
  resolver: ResolverCheck
}

/**
 * Where a session of the env is. Services are reached by name where this machine's resolver asks Berth, else by their
 * address, so that a URL in the environment always works.
 */
export async function surroundingsOf(deps: SurroundingDeps, env: EnvRecord): Promise<SessionSurroundings> {
  const [record, containers, byName, compose] = await Promise.all([
    deps.upRecords.read(env.id),
    reachableContainers(deps, env),
    deps.resolver.works(),
    composeOf(deps, env),
  ])
  const hostOf = ({ service, addresses }: ServiceStatus) =>
    byName ? `${service}.${env.name}.${deps.network.suffix}` : addresses[0]
  const services = serviceStatuses(env, { record, containers, endings: {} }).flatMap((status) => {
    const [host, port] = [hostOf(status), status.ports[0]]
    return host === undefined || port === undefined ? [] : [{ service: status.service, host, port }]
  })
  return {
    project: env.project,
    env: env.name,
    workspace: env.directory,
    suffix: deps.network.suffix,
    baseUrl: `http://${env.name}.localhost:${deps.network.proxyPort}`,
    services,
    compose: record === undefined ? null : compose,
  }
}

/** The env's compose project with its isolation, or null where it has no compose file. */
async function composeOf(deps: SurroundingDeps, env: EnvRecord): Promise<{ project: string; files: string[] } | null> {
  try {
    const { files } = await composeInputs(deps, env)
    return { project: files.project, files: [...files.files, deps.paths.override(env.id)] }
  } catch (error) {
    if (error instanceof AppError && error.code === 'COMPOSE_NOT_FOUND') return null
    throw error
  }
}
