import { addressesOf } from '../envs/addresses.ts'
import type { EnvRecord } from '../envs/model.ts'
import type { UpRecord } from '../envs/plan-record.ts'
import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import type { NamedEnv, NamedService } from './model.ts'

/** An env with what is known of it beside its record. */
export interface KnownEnv {
  env: EnvRecord
  record: UpRecord | undefined
  containers: readonly EngineContainer[]
}

/** What the names of these envs lead to now: only running containers have addresses. */
export function namedEnvs(known: readonly KnownEnv[]): NamedEnv[] {
  return known.map(({ env, record, containers }) => ({
    project: env.project,
    env: env.name,
    createdAt: env.createdAt,
    ingress: record?.ingress ?? null,
    extraNames: env.extraNames,
    services: namedServices(record, containers),
  }))
}

function namedServices(record: UpRecord | undefined, containers: readonly EngineContainer[]): NamedService[] {
  const running = containers.filter(
    ({ state, labels }) => state === 'running' && labels[composeLabels.oneOff] !== 'True',
  )
  const byService = Map.groupBy(running, ({ labels, name }) => labels[composeLabels.service] ?? name)
  const planned = (record?.services ?? []).filter(({ optional }) => !optional).map(({ service }) => service)
  return [...new Set([...planned, ...byService.keys()])].map((service) => {
    const replicas = byService.get(service) ?? []
    const exposed = replicas.flatMap(({ ports }) =>
      ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port),
    )
    return {
      service,
      ...addressesOf(replicas, running),
      ports: [...new Set([...(record?.services.find((one) => one.service === service)?.ports ?? []), ...exposed])],
    }
  })
}
