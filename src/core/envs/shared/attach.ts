import { composeLabels } from '../../labels.ts'
import type { EngineContainer } from '../../ports.ts'
import type { EnvDeps } from '../deps.ts'
import { envContainers } from '../env-containers.ts'
import type { EnvRecord } from '../model.ts'
import type { SharedAttachment } from '../plan-record.ts'
import { serverOf } from './users.ts'

type AttachDeps = Pick<EnvDeps, 'store' | 'engine' | 'homeId'>

/** Puts every shared instance's containers into the env's networks, under the env's own name for the service. Safe to repeat. */
export async function attachShared(
  deps: AttachDeps,
  env: EnvRecord,
  attachments: readonly SharedAttachment[],
): Promise<void> {
  for (const { service, networks, aliases } of attachments) {
    for (const container of await sharedContainers(deps, env, service)) {
      for (const network of networks) {
        if (network in container.networks) continue
        await deps.engine.connectNetwork(network, container.id, [service, ...aliases])
      }
    }
  }
}

/** Takes the shared instances' containers out of the env's networks, which could not be removed otherwise. Safe to repeat. */
export async function detachShared(
  deps: AttachDeps,
  env: EnvRecord,
  attachments: readonly SharedAttachment[],
): Promise<void> {
  for (const { service, networks } of attachments) {
    for (const container of await sharedContainers(deps, env, service)) {
      for (const network of networks.filter((name) => name in container.networks))
        await deps.engine.disconnectNetwork(network, container.id)
    }
  }
}

/** Whether every shared service is running and reachable from the env. */
export async function isAttached(
  deps: AttachDeps,
  env: EnvRecord,
  attachments: readonly SharedAttachment[],
): Promise<boolean> {
  for (const { service, networks } of attachments) {
    const running = (await sharedContainers(deps, env, service)).filter(({ state }) => state === 'running')
    const reachable = running.some((container) => networks.every((network) => network in container.networks))
    if (!reachable) return false
  }
  return true
}

/** Containers of the instance that serves this service to the env. */
export async function sharedContainers(deps: AttachDeps, env: EnvRecord, service: string): Promise<EngineContainer[]> {
  const instance = serverOf(await deps.store.envs(), env, service)
  if (!instance) return []
  const containers = await envContainers(deps, instance.id)
  return containers.filter(({ labels }) => labels[composeLabels.service] === service)
}
