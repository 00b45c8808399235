import { AppError } from '../errors.ts'
import { composeLabels, labels } from '../labels.ts'
import { readOnce, serviceOf, toSource } from '../logs/containers.ts'
import { type LogPart, newestEntry } from '../logs/lanes.ts'
import { createLogMerge } from '../logs/merge.ts'
import type { LogMessage, LogPause, LogSource } from '../logs/model.ts'
import { momentAfter, parseMoment } from '../logs/moment.ts'
import type { LogBatch } from '../ports/engine.ts'
import type { EngineContainer } from '../ports.ts'
import { requireApp } from './apps.ts'
import { baseProject } from './compose-projects.ts'
import { currentApp } from './deployments.ts'
import type { DeployDeps } from './deps.ts'
import type { AppRecord } from './model.ts'

/** What `berth logs APP` asks of one machine. */
export interface AppLogsRequest {
  context: string
  app: string
  /** All when empty. */
  services: string[]
  follow: boolean
  since?: string | undefined
  until?: string | undefined
  tail?: number | undefined
}

type Deps = Pick<DeployDeps, 'store' | 'engine' | 'clock'>

/** How often a followed app is looked at for containers of a new version, ms. */
const lookEvery = 1000

/**
 * The logs of an app's live version as one; followed, through deploys: containers of the next version join. Throws
 * APP_NOT_FOUND, SERVICE_NOT_FOUND, USAGE.
 */
export async function readAppLogs(
  deps: Deps,
  request: AppLogsRequest,
  signal: AbortSignal,
): Promise<AsyncGenerator<LogMessage>> {
  if (request.follow && request.until !== undefined)
    throw new AppError('USAGE', 'what is followed has no end: give --follow or --until, not both')
  const app = await requireApp(deps, request.context, request.app)
  const now = deps.clock.now()
  const part: LogPart = {
    since: request.since === undefined ? undefined : parseMoment(request.since, now),
    until: request.until === undefined ? undefined : parseMoment(request.until, now),
    tail: request.tail,
  }
  const first = await containersOf(deps, app)
  const services = [...new Set(first.map(serviceOf))]
  const unknown = request.services.find((service) => !services.includes(service))
  if (unknown !== undefined)
    throw new AppError('SERVICE_NOT_FOUND', `${app.name} has no service ${unknown}`, {
      hint: `its services: ${services.join(', ')}`,
      details: { service: unknown, services },
    })
  const isWanted = (one: EngineContainer) => request.services.length === 0 || request.services.includes(serviceOf(one))
  return request.follow
    ? follow(deps, app, isWanted, part, signal)
    : readOnce(deps.engine, first.filter(isWanted), part, signal)
}

/** Containers of the live version, and of what is starting beside it. */
async function containersOf(deps: Deps, known: AppRecord): Promise<EngineContainer[]> {
  const [app, deployments, all] = await Promise.all([
    currentApp(deps, known),
    deps.store.deploys.deployments(known.id),
    deps.engine.containers([`${labels.app}=${known.id}`]),
  ])
  const going = deployments.filter(({ id, endedAt }) => id === app.live || endedAt === null)
  const projects = new Set([baseProject(app), ...going.map(({ composeProject }) => composeProject)])
  return all
    .filter(({ labels: own }) => projects.has(own[composeLabels.project] ?? ''))
    .toSorted((a, b) => serviceOf(a).localeCompare(serviceOf(b)) || a.name.localeCompare(b.name))
}

async function* follow(
  deps: Deps,
  app: AppRecord,
  isWanted: (container: EngineContainer) => boolean,
  part: LogPart,
  signal: AbortSignal,
): AsyncGenerator<LogMessage> {
  const merge = createLogMerge()
  const known = new Set<string>()
  const told: LogSource[] = []
  const look = async (from: LogPart) => {
    const found = (await containersOf(deps, app)).filter((one) => isWanted(one) && !known.has(one.id))
    const newest = await Promise.all(found.map(({ id }) => newestEntry(deps.engine, id, from.since, signal)))
    for (const [at, container] of found.entries()) {
      const pieces = followContainer(deps, container.id, from, newest[at], signal)
      merge.add({ source: known.size, pieces, historyEnd: from.tail === 0 ? undefined : newest[at] })
      known.add(container.id)
      told.push(toSource(container))
    }
  }
  await look(part)
  const looking = lookOn(deps, () => look({ ...part, tail: undefined }), signal)
  signal.addEventListener('abort', () => merge.close(), { once: true })
  yield { type: 'sources', sources: told.splice(0) }
  for await (const message of merge.messages()) {
    if (told.length > 0) yield { type: 'sources', sources: told.splice(0) }
    yield message
  }
  await looking
}

async function lookOn({ clock }: Deps, look: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.wait(lookEvery, signal).catch(() => undefined)
    // an engine that is away is looked at again
    if (!signal.aborted) await look().catch(() => undefined)
  }
}

/** A container through its restarts, until it is gone. */
async function* followContainer(
  { engine, clock }: Deps,
  id: string,
  part: LogPart,
  newest: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<LogBatch | LogPause> {
  let rest = part
  let last = newest
  while (!signal.aborted) {
    for await (const batch of engine.logs(id, { ...rest, follow: true }, signal)) {
      yield batch
      last = batch.entries.at(-1)?.time ?? last
    }
    yield { reason: undefined }
    rest = { since: last === undefined ? rest.since : momentAfter(last) }
    await clock.wait(lookEvery, signal).catch(() => undefined)
    if ((await engine.times(id)) === undefined) return
  }
}
