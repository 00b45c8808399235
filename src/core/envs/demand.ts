import type { ComposeModel, ComposeService } from '../ports/compose-model.ts'
import type { ContainerLimits } from './isolation/limits.ts'
import type { Demand } from './plan-record.ts'

/** What the services of an env may use together at most, by the limits of the compose file and those of the env. */
export function demandOf(
  model: Pick<ComposeModel, 'services'>,
  limits: ContainerLimits,
  services: readonly string[],
): Demand {
  const each = services.flatMap((name) => {
    const service = model.services[name]
    return service === undefined ? [] : [limitsOf(service, limits)]
  })
  return { cpus: sum(each.map(({ cpus }) => cpus)), memoryBytes: sum(each.map(({ memoryBytes }) => memoryBytes)) }
}

/** Over all replicas; null where the service has no limit. */
function limitsOf(service: ComposeService, { cpus, memoryBytes }: ContainerLimits): Demand {
  const own = service.deploy?.resources?.limits
  const replicas = service.scale ?? service.deploy?.replicas ?? 1
  const times = (one: number | null) => (one === null ? null : one * replicas)
  return {
    cpus: times(smaller(cpus, own?.cpus ?? service.cpus)),
    memoryBytes: times(smaller(memoryBytes, own?.memory ?? service.mem_limit)),
  }
}

/** 0 is no limit to Compose. */
function smaller(limit: number | null, own: string | number | undefined): number | null {
  const given = own === undefined || Number(own) === 0 ? null : Number(own)
  if (limit === null || given === null) return limit ?? given
  return Math.min(limit, given)
}

const sum = (parts: readonly (number | null)[]): number | null =>
  parts.reduce((total, part) => (total === null || part === null ? null : total + part), 0)
