import type { EnvDeps } from '../envs/deps.ts'
import { type EnvRef, findEnv } from '../envs/find-env.ts'
import { splitQualifiedName } from '../envs/name.ts'
import { AppError } from '../errors.ts'
import { parseMoment } from '../logs/moment.ts'
import { findProject } from '../projects/find-project.ts'
import type { EventLog } from './event-log.ts'
import type { BerthEvent, EventFilter } from './model.ts'

/** What `berth events` asks for. */
export interface EventsRequest {
  env?: EnvRef | undefined
  subject?: string | undefined
  /** Only this context's, and the machine's own. */
  context?: string | undefined
  types: string[]
  /** Goes on after this number, which the caller has seen. */
  after?: number | undefined
  since?: string | undefined
  /** Only the last so many to begin with. */
  tail?: number | undefined
  follow: boolean
}

/** What is read, and the number it begins after. */
export interface EventReading {
  start: number
  events: AsyncIterable<BerthEvent>
}

type EventsDeps = Pick<EnvDeps, 'store' | 'files' | 'paths' | 'loadConfig' | 'clock'> & { events: EventLog }

/**
 * Events as asked for; the first one tells of those that are missing where the caller went on from too far back. Throws
 * ENV_NOT_FOUND, and USAGE for a moment or a number that cannot be.
 */
export async function readEvents(deps: EventsDeps, request: EventsRequest, signal: AbortSignal): Promise<EventReading> {
  const { store, events } = deps
  const subject = request.env === undefined ? request.subject : await subjectOf(deps, request.env)
  const filter = { types: request.types, subject, context: request.context }
  const { after, tail, follow } = request
  const since = request.since === undefined ? undefined : momentOf(request.since, deps.clock.now())
  const start = await store.events.startOf(filter, { tail, since })
  if (after === undefined) return { start, events: events.read({ after: start, filter, follow, signal }) }
  const { oldest, newest } = await store.events.kept()
  if (after > newest)
    throw new AppError('USAGE', `there is no event ${after} yet`, {
      hint: `the newest is ${newest}: the state may have been restored from a backup; begin anew without --after`,
      details: { newest },
    })
  const rest = events.read({ after: Math.max(after, start), filter, follow, signal })
  if (after >= oldest - 1) return { start: after, events: rest }
  return { start: after, events: followedBy(forgotten(after + 1, oldest - 1, deps.clock.now()), rest) }
}

async function* followedBy(first: BerthEvent, rest: AsyncIterable<BerthEvent>): AsyncGenerator<BerthEvent> {
  yield first
  yield* rest
}

function forgotten(from: number, to: number, now: Date): BerthEvent {
  const about = { type: 'events.forgotten', subject: 'events', machine: 'local', context: 'default' }
  return { id: to, time: now.toISOString(), ...about, operation: null, actor: 'berthd', data: { from, to } }
}

const momentOf = (text: string, now: Date) => new Date(Number(parseMoment(text, now)) * 1000).toISOString()

/** An env's name in events; one that is gone is known by the events it left. */
async function subjectOf(deps: EventsDeps, ref: EnvRef): Promise<string> {
  try {
    const { project, name } = await findEnv(deps, ref)
    return `${project}/${name}`
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'ENV_NOT_FOUND') throw error
    for (const subject of await goneBy(deps, ref)) if (await isKnown(deps, { subject })) return subject
    throw error
  }
}

async function goneBy(deps: EventsDeps, ref: EnvRef): Promise<string[]> {
  const split = splitQualifiedName(ref.name)
  const project = ref.project ?? (await findProject(deps, ref.directory))?.name
  const own = project === undefined ? [] : [`${project}/${ref.name}`]
  return split === undefined ? own : [...own, `${split.project}/${split.name}`]
}

const isKnown = async ({ store }: EventsDeps, filter: EventFilter) =>
  (await store.events.after(0, filter, 1)).length > 0
