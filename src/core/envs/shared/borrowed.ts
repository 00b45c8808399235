import { composeLabels } from '../../labels.ts'
import type { EngineContainer } from '../../ports.ts'
import type { EnvRecord } from '../model.ts'
import type { UpRecord } from '../plan-record.ts'
import { serverOf } from './users.ts'

/**
 * The containers of shared instances as one env sees them: only those in its networks, with their addresses there.
 * `containersOf` gives an env's containers by id.
 */
export function borrowedContainers(
  envs: readonly EnvRecord[],
  env: EnvRecord,
  record: UpRecord | undefined,
  containersOf: (envId: string) => readonly EngineContainer[],
): EngineContainer[] {
  return (record?.attachments ?? []).flatMap(({ service, networks }) => {
    const instance = serverOf(envs, env, service)
    if (!instance) return []
    const serving = containersOf(instance.id).filter(({ labels }) => labels[composeLabels.service] === service)
    return seenFrom(serving, networks)
  })
}

/** Those of the containers that are in one of the networks, with their addresses there only. */
export function seenFrom(containers: readonly EngineContainer[], networks: readonly string[]): EngineContainer[] {
  return containers
    .map((container) => ({ ...container, networks: only(container.networks, networks) }))
    .filter((container) => Object.keys(container.networks).length > 0)
}

function only<T>(all: Record<string, T>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)))
}
