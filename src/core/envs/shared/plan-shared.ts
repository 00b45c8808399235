import type { ComposeModel } from '../../ports.ts'
import type { EnvDeps } from '../deps.ts'
import type { EnvRecord, PlannedNetwork } from '../model.ts'
import type { SharedAttachment } from '../plan-record.ts'

/** Label by which a compose file says that a service is one for all envs. */
const shareLabel = 'berth.share'

/** The env with the services its compose file labels as shared added to those asked for; a shared instance shares nothing. */
export async function withSharedServices(
  deps: Pick<EnvDeps, 'store'>,
  env: EnvRecord,
  model: ComposeModel,
): Promise<EnvRecord> {
  if (env.serves !== null) return env
  const labelled = Object.keys(model.services).filter((service) => isLabelled(model.services[service]?.labels))
  const shared = [...new Set([...env.shared, ...labelled])]
  if (JSON.stringify(shared) === JSON.stringify(env.shared)) return env
  await deps.store.updateEnv(env.id, { shared })
  return { ...env, shared }
}

/** Volumes that all envs of the project have together: labelled so, or named where no service has that name. */
export function sharedVolumes(model: ComposeModel, asked: readonly string[]): string[] {
  return Object.entries(model.volumes ?? {})
    .filter(([key, volume]) => isLabelled(volume?.labels) || (asked.includes(key) && !(key in model.services)))
    .map(([key]) => key)
}

const isLabelled = (labels: Record<string, string> | undefined) =>
  labels?.[shareLabel] !== undefined && labels[shareLabel] !== 'false'

/** Where each shared service is to be reachable: in every network of the env it would have been in, under the same names. */
export function sharedAttachments(
  model: ComposeModel,
  env: Pick<EnvRecord, 'shared'>,
  networks: readonly PlannedNetwork[],
): SharedAttachment[] {
  return env.shared.flatMap((service) => {
    const definition = model.services[service]
    if (definition === undefined) return []
    const keys = Object.keys(definition.networks ?? { default: null })
    const aliases = Object.values(definition.networks ?? {}).flatMap((attachment) => attachment?.aliases ?? [])
    const container = definition.container_name === undefined ? [] : [definition.container_name]
    return {
      service,
      networks: networks.filter(({ key }) => keys.includes(key)).map(({ name }) => name),
      aliases: [...new Set([...aliases, ...container])],
    }
  })
}
