import type { ComposeService } from '../../ports/compose-model.ts'

/** What each container of an env may use at most; null: as the compose file says. */
export interface ContainerLimits {
  cpus: number | null
  memoryBytes: number | null
}

/**
 * The limits as the override writes them: the smaller of the compose file's own and the env's, where the file has its
 * own (Compose refuses two places that differ), else as `cpus` and `mem_limit`.
 */
export function limitService(service: ComposeService, { cpus, memoryBytes }: ContainerLimits): object {
  const own = service.deploy?.resources?.limits
  const cpu = smaller(cpus, own?.cpus ?? service.cpus)
  const memory = smaller(memoryBytes, own?.memory ?? service.mem_limit)
  const inDeploy = {
    ...(cpu !== null && own?.cpus !== undefined && { cpus: String(cpu) }),
    ...(memory !== null && own?.memory !== undefined && { memory: String(memory) }),
  }
  return {
    ...(cpu !== null && own?.cpus === undefined && { cpus: cpu }),
    ...(memory !== null && own?.memory === undefined && { mem_limit: String(memory) }),
    ...(Object.keys(inDeploy).length > 0 && { deploy: { resources: { limits: inDeploy } } }),
  }
}

/** null: there is no limit to write. */
function smaller(limit: number | null, own: string | number | undefined): number | null {
  if (limit === null) return null
  return own === undefined || Number(own) === 0 ? limit : Math.min(limit, Number(own))
}
