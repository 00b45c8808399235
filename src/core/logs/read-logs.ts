import type { EnvDeps } from '../envs/deps.ts'
import { envContainers } from '../envs/env-containers.ts'
import { type EnvRef, findEnv } from '../envs/find-env.ts'
import type { EnvRecord } from '../envs/model.ts'
import { AppError } from '../errors.ts'
import { composeLabels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import { followLog, type LogPart, newestEntry, readLog } from './lanes.ts'
import { createLogMerge, untilItEnds } from './merge.ts'
import type { LogMessage, LogSource } from './model.ts'
import { parseMoment } from './moment.ts'

/** What `berth logs` asks for. */
export interface LogsRequest {
  env: EnvRef
  /** All when empty. */
  services: string[]
  follow: boolean
  /** How long ago, or a time. */
  since?: string | undefined
  until?: string | undefined
  /** Lines of each container. */
  tail?: number | undefined
}

export type LogDeps = Pick<
  EnvDeps,
  'store' | 'engine' | 'files' | 'paths' | 'homeId' | 'loadConfig' | 'upRecords' | 'observed' | 'clock'
>

/**
 * The logs of an env's services as one. With `follow` it goes on through restarts and with containers that are made
 * meanwhile, until the signal aborts or the env is destroyed. Throws ENV_NOT_FOUND, SERVICE_NOT_FOUND, USAGE.
 */
export async function readLogs(
  deps: LogDeps,
  request: LogsRequest,
  signal: AbortSignal,
): Promise<AsyncGenerator<LogMessage>> {
  if (request.follow && request.until !== undefined)
    throw new AppError('USAGE', 'what is followed has no end: give --follow or --until, not both')
  const now = deps.clock.now()
  const part: LogPart = {
    since: request.since === undefined ? undefined : parseMoment(request.since, now),
    until: request.until === undefined ? undefined : parseMoment(request.until, now),
    tail: request.tail,
  }
  const env = await findEnv(deps, request.env)
  const containers = await envContainers(deps, env.id)
  await refuseUnknown(deps, env, request.services, containers)
  const wanted = (container: EngineContainer) =>
    request.services.length === 0 || request.services.includes(serviceOf(container))
  const first = containers.filter(wanted).toSorted(byServiceAndReplica)
  return request.follow ? follow(deps, env, wanted, first, part, signal) : readOnce(deps, first, part, signal)
}

async function refuseUnknown(
  { upRecords }: LogDeps,
  env: EnvRecord,
  asked: readonly string[],
  containers: readonly EngineContainer[],
): Promise<void> {
  const planned = (await upRecords.read(env.id))?.services.map(({ service }) => service) ?? []
  const services = [...new Set([...planned, ...containers.map(serviceOf)])]
  const unknown = asked.find((service) => !services.includes(service))
  if (unknown === undefined) return
  throw new AppError('SERVICE_NOT_FOUND', `${env.name} has no service ${unknown}`, {
    hint: services.length > 0 ? `its services: ${services.join(', ')}` : `berth up ${env.name} starts it first`,
    details: { service: unknown, services },
  })
}

async function* readOnce(
  { engine }: LogDeps,
  containers: readonly EngineContainer[],
  part: LogPart,
  signal: AbortSignal,
): AsyncGenerator<LogMessage> {
  const merge = createLogMerge()
  for (const [source, { id }] of containers.entries())
    merge.add({ source, pieces: readLog(engine, id, part, signal), historyEnd: untilItEnds })
  merge.close()
  yield { type: 'sources', sources: containers.map(toSource) }
  yield* merge.messages()
}

async function* follow(
  deps: LogDeps,
  env: EnvRecord,
  wanted: (container: EngineContainer) => boolean,
  first: readonly EngineContainer[],
  part: LogPart,
  signal: AbortSignal,
): AsyncGenerator<LogMessage> {
  const merge = createLogMerge()
  const ended = new AbortController()
  const both = AbortSignal.any([signal, ended.signal])
  const known = new Set<string>()
  const told: LogSource[] = []
  const add = (container: EngineContainer, from: LogPart, newest: string | undefined) => {
    const pieces = followLog(deps, env.id, container.id, from, newest, both)
    merge.add({ source: known.size, pieces, historyEnd: from.tail === 0 ? undefined : newest })
    known.add(container.id)
    told.push(toSource(container))
  }
  const newest = await Promise.all(first.map(({ id }) => newestEntry(deps.engine, id, part.since, both)))
  for (const [at, container] of first.entries()) add(container, part, newest[at])
  const unsubscribe = deps.observed.onChange(() => {
    for (const container of deps.observed.of(env.id).filter(wanted))
      if (!known.has(container.id)) add(container, { ...part, tail: undefined }, undefined)
    if (deps.observed.of(env.id).length === 0) void isGone(deps, env).then((gone) => gone && ended.abort())
  })
  both.addEventListener('abort', () => merge.close(), { once: true })
  try {
    yield { type: 'sources', sources: told.splice(0) }
    for await (const message of merge.messages()) {
      if (told.length > 0) yield { type: 'sources', sources: told.splice(0) }
      yield message
    }
  } finally {
    unsubscribe()
    ended.abort()
  }
}

/** Whether an env is destroyed, or about to be. */
async function isGone({ store }: LogDeps, env: EnvRecord): Promise<boolean> {
  const current = await store.env(env.project, env.name)
  return current?.id !== env.id || current.phase === 'destroying'
}

const serviceOf = (container: EngineContainer) => container.labels[composeLabels.service] ?? container.name

const replicaOf = ({ labels }: EngineContainer) => Number(labels[composeLabels.number] ?? 1)

const toSource = (container: EngineContainer): LogSource => ({
  service: serviceOf(container),
  container: container.name,
  replica: replicaOf(container),
})

const byServiceAndReplica = (a: EngineContainer, b: EngineContainer) =>
  serviceOf(a).localeCompare(serviceOf(b)) || replicaOf(a) - replicaOf(b)
