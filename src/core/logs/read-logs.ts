import type { EnvDeps } from '../envs/deps.ts'
import { type EnvRef, findEnv } from '../envs/find-env.ts'
import type { EnvRecord } from '../envs/model.ts'
import { reachableContainers } from '../envs/shared/reachable.ts'
import { AppError } from '../errors.ts'
import { labels } from '../labels.ts'
import type { EngineContainer } from '../ports.ts'
import { readOnce, replicaOf, serviceOf, toSource } from './containers.ts'
import { followLog, type LogPart, newestEntry } from './lanes.ts'
import { createLogMerge } from './merge.ts'
import type { LogMessage, LogSource } from './model.ts'
import { momentAfter, parseMoment } from './moment.ts'

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
  /** Container → the position to go on from; empty where nothing of it had come. Those made since come whole. */
  after?: Record<string, string> | undefined
}

export type LogDeps = Pick<
  EnvDeps,
  'store' | 'engine' | 'files' | 'paths' | 'homeId' | 'loadConfig' | 'upRecords' | 'observed' | 'clock'
>

/**
 * The logs of an env's services as one, those it takes from shared instances too. With `follow` it goes on through restarts and with containers that are made
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
  const containers = await reachableContainers(deps, env)
  await refuseUnknown(deps, env, request.services, containers)
  const wanted = (container: EngineContainer) =>
    request.services.length === 0 || request.services.includes(serviceOf(container))
  const first = containers.filter(wanted).toSorted(byServiceAndReplica)
  const partOf = (container: EngineContainer) => partAfter(part, request.after, container.name)
  return request.follow ? follow(deps, env, wanted, first, partOf, signal) : readOnce(deps.engine, first, part, signal)
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

async function* follow(
  deps: LogDeps,
  env: EnvRecord,
  wanted: (container: EngineContainer) => boolean,
  first: readonly EngineContainer[],
  partOf: (container: EngineContainer) => LogPart,
  signal: AbortSignal,
): AsyncGenerator<LogMessage> {
  const merge = createLogMerge()
  const ended = new AbortController()
  const both = AbortSignal.any([signal, ended.signal])
  const known = new Set<string>()
  const told: LogSource[] = []
  const add = (container: EngineContainer, from: LogPart, newest: string | undefined) => {
    const pieces = followLog(deps, container.labels[labels.env] ?? env.id, container.id, from, newest, both)
    merge.add({ source: known.size, pieces, historyEnd: from.tail === 0 ? undefined : newest })
    known.add(container.id)
    told.push({ ...toSource(container), from: goesOnFrom(from, newest) })
  }
  const newest = await Promise.all(first.map((one) => newestEntry(deps.engine, one.id, partOf(one).since, both)))
  for (const [at, container] of first.entries()) add(container, partOf(container), newest[at])
  const unsubscribe = deps.observed.onChange(() => {
    for (const container of deps.observed.of(env.id).filter(wanted))
      if (!known.has(container.id)) add(container, { ...partOf(container), tail: undefined }, undefined)
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

/** The part of a container's log that is asked for, of which some may have come before. */
function partAfter(part: LogPart, after: LogsRequest['after'], container: string): LogPart {
  const position = after?.[container]
  if (after === undefined || position === '') return part
  return position === undefined ? { ...part, tail: undefined } : { since: position }
}

/** Where a log goes on that is cut off before anything of it has come; '' where what it has already must come first. */
function goesOnFrom({ since, tail }: LogPart, newest: string | undefined): string {
  if (newest === undefined) return since ?? beginning
  return tail === 0 ? momentAfter(newest) : ''
}

const beginning = '0.000000000'

/** Whether an env is destroyed, or about to be. */
async function isGone({ store }: LogDeps, env: EnvRecord): Promise<boolean> {
  const current = await store.env(env.project, env.name)
  return current?.id !== env.id || current.phase === 'destroying'
}

const byServiceAndReplica = (a: EngineContainer, b: EngineContainer) =>
  serviceOf(a).localeCompare(serviceOf(b)) || replicaOf(a) - replicaOf(b)
