import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import { addressesOf } from './addresses.ts'
import type { Endings } from './endings.ts'
import type { EnvRecord, EnvState, ServiceStatus } from './model.ts'
import { isJob, type UpRecord, wasJob } from './plan-record.ts'

/** An env as lists and status show it: the record, and what the engine says of it. */
export interface EnvView
  extends Omit<EnvRecord, 'source' | 'baseCommit' | 'composeFiles' | 'phase' | 'extraNames' | 'idleSince' | 'by'> {
  state: EnvState
  url: string | null
  services: ServiceStatus[]
  sessions: number
}

/** What is known of an env beside its record. */
export interface EnvFacts {
  record: UpRecord | undefined
  containers: readonly EngineContainer[]
  endings: Endings
  workspaceExists: boolean
  sessions: number
}

/** Puts an env's record and the facts together. */
export function viewEnv(env: EnvRecord, facts: EnvFacts, proxyPort: number): EnvView {
  const {
    source: _s,
    baseCommit: _b,
    composeFiles: _c,
    phase: _p,
    extraNames: _e,
    idleSince: _i,
    by: _by,
    ...shown
  } = env
  const services = serviceStatuses(env, facts)
  const ingress = facts.record?.ingress ?? null
  return {
    ...shown,
    state: stateOf(env, services, facts),
    url: ingress === null ? null : `http://${env.name}.localhost:${proxyPort}`,
    services,
    sessions: facts.sessions,
  }
}

/** Every planned service and every one that has containers, in the order of the compose file. */
export function serviceStatuses(
  { shared }: Pick<EnvRecord, 'shared'>,
  { record, containers, endings }: Pick<EnvFacts, 'record' | 'containers' | 'endings'>,
): ServiceStatus[] {
  const planned = record?.services ?? []
  const byService = Map.groupBy(
    containers.filter((container) => container.labels[composeLabels.oneOff] !== 'True'),
    (container) => container.labels[composeLabels.service] ?? container.name,
  )
  const names = [
    ...planned.filter(({ service, optional }) => !optional || byService.has(service)).map(({ service }) => service),
    ...byService.keys(),
  ]
  return [...new Set(names)].map((service) => {
    const replicas = byReplica(byService.get(service) ?? [])
    const ports = planned.find((one) => one.service === service)?.ports ?? []
    const addresses = addressesOf(replicas, containers).ipv4
    return {
      ...statusOf(service, replicas, shared.includes(service), endings),
      addresses,
      ports: portsOf(replicas, ports),
    }
  })
}

function byReplica(containers: readonly EngineContainer[]): EngineContainer[] {
  const number = ({ labels }: EngineContainer) => Number(labels[composeLabels.number] ?? 0)
  return containers.toSorted((a, b) => number(a) - number(b))
}

/** The worst replica speaks for the service. */
function statusOf(
  service: string,
  replicas: readonly EngineContainer[],
  shared: boolean,
  endings: Endings,
): Omit<ServiceStatus, 'addresses' | 'ports'> {
  const worst = replicas.toSorted((a, b) => badness(b) - badness(a))[0]
  const state = shared && worst?.state === 'running' ? 'shared' : stateWord(worst?.state)
  return {
    service,
    state,
    health: worst?.health ?? 'none',
    exitCode: worst?.exitCode ?? null,
    ended: worst?.state === 'exited' ? (endings[worst.id] ?? null) : null,
    containers: replicas.length,
  }
}

function portsOf(replicas: readonly EngineContainer[], planned: readonly number[]): number[] {
  const exposed = replicas[0]?.ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port) ?? []
  return [...new Set([...planned, ...exposed])]
}

/** A container that is being removed has ended as far as anyone can use it. */
const stateWord = (state: EngineContainer['state'] | undefined) =>
  state === undefined ? 'missing' : state === 'removing' ? 'exited' : state

const badness = ({ state, health, exitCode }: EngineContainer): number => {
  if (state === 'exited') return exitCode === 0 ? 1 : 4
  if (state !== 'running') return 3
  return health === 'unhealthy' ? 2 : 0
}

function stateOf(
  env: EnvRecord,
  services: readonly ServiceStatus[],
  { record, workspaceExists }: Pick<EnvFacts, 'record' | 'workspaceExists'>,
): EnvState {
  if (env.phase !== 'ready') return env.phase === 'creating' ? 'creating' : 'destroying'
  if (!workspaceExists) return 'missing-workspace'
  const good = services.filter((service) => isGood(service, record))
  const present = services.some(({ service, state }) => state !== 'missing' && !env.shared.includes(service))
  if (env.desired === 'down') return present ? 'partial' : 'down'
  if (good.length === services.length) return 'up'
  return good.some(({ state }) => state !== 'missing') ? 'partial' : 'broken'
}

/**
 * Whether a service does what it is there for: it runs and is not unhealthy, or its job is done, be its container removed
 * since.
 */
export function isGood(
  { service, state, health, exitCode, ended }: ServiceStatus,
  record: UpRecord | undefined,
): boolean {
  if (state === 'shared') return health !== 'unhealthy'
  if (state === 'missing') return wasJob(record, service)
  if (state === 'exited') return exitCode === 0 && ended !== 'stopped' && (ended === 'done' || isJob(record, service))
  return state === 'running' && health !== 'unhealthy'
}
