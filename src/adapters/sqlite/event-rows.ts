import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import { actors, type BerthEvent, type EventFilter, machineWide, type NewEvent } from '../../core/events/model.ts'
import type { Clock, EventStore } from '../../core/ports.ts'
import { unhurried } from './database.ts'
import type { Tables } from './tables.ts'

/** How many events are kept: weeks of work, some 2 MB. */
const most = 10_000

/** Events in the state database. */
export function eventRows(query: Kysely<Tables>, clock: Pick<Clock, 'now'>): EventStore {
  return {
    add: (events) =>
      unhurried(query, (connection) =>
        connection.transaction().execute((transaction) => addEvents(transaction, clock, events)),
      ),
    async after(after, filter, limit) {
      const rows = fitting(query.selectFrom('event').where('id', '>', after), filter)
      return (await rows.selectAll().orderBy('id').limit(limit).execute()).map(toEvent)
    },
    async startOf(filter, { tail, since }) {
      const [byCount, byTime] = await Promise.all([
        tail === undefined ? 0 : beforeLast(query, filter, tail),
        since === undefined ? 0 : beforeTime(query, since),
      ])
      return Math.max(byCount, byTime)
    },
    async forget(context) {
      await query.deleteFrom('event').where('context', '=', context).execute()
    },
    async kept() {
      const ends = query.selectFrom('event').select(({ fn }) => [fn.min('id').as('oldest'), fn.max('id').as('newest')])
      const { oldest, newest } = await ends.executeTakeFirstOrThrow()
      return { oldest: oldest ?? 0, newest: newest ?? 0 }
    },
  }
}

/** Keeps events within a transaction of the caller's, and lets the oldest go. */
export async function addEvents(
  query: Kysely<Tables>,
  clock: Pick<Clock, 'now'>,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  const time = clock.now().toISOString()
  await query
    .insertInto('event')
    .values(events.map((event) => toRow(event, time)))
    .execute()
  const newest = query.selectFrom('event').select(sql<number>`max(id) - ${most}`.as('limit'))
  await query.deleteFrom('event').where('id', '<=', newest).execute()
}

/** The first word of a type. */
const family = sql<string>`substr(type, 1, instr(type, '.') - 1)`

type EventQuery<O> = SelectQueryBuilder<Tables, 'event', O>

function fitting<O>(query: EventQuery<O>, { types = [], subject, context }: EventFilter): EventQuery<O> {
  const inContext =
    context === undefined
      ? query
      : query.where((eb) => eb.or([eb('context', '=', context), eb(family, 'in', machineWide)]))
  const about = subject === undefined ? inContext : inContext.where('subject', '=', subject)
  if (types.length === 0) return about
  return about.where((eb) => {
    const fits = (type: string) => [
      eb('type', '=', type),
      eb(sql`substr(type, 1, ${type.length + 1})`, '=', `${type}.`),
    ]
    return eb.or(types.flatMap(fits))
  })
}

/** The id just before the last `count` that fit; 0 where there are no more than that. */
async function beforeLast(query: Kysely<Tables>, filter: EventFilter, count: number): Promise<number> {
  const rows = fitting(query.selectFrom('event'), filter).select('id').orderBy('id', 'desc')
  return (await rows.offset(count).limit(1).executeTakeFirst())?.id ?? 0
}

/** A clock may be set back: the first event that is young enough counts, whatever came before it. */
async function beforeTime(query: Kysely<Tables>, since: string): Promise<number> {
  const young = query.selectFrom('event').where('time', '>=', since)
  const first = await young.select(({ fn }) => fn.min('id').as('id')).executeTakeFirst()
  if (first?.id != null) return first.id - 1
  const last = await query
    .selectFrom('event')
    .select(({ fn }) => fn.max('id').as('id'))
    .executeTakeFirst()
  return last?.id ?? 0
}

function toRow({ type, subject, context, operation, actor, data }: NewEvent, time: string) {
  return {
    time,
    type,
    subject,
    context: context ?? 'default',
    operation: operation ?? null,
    actor: actor ?? actors.daemon,
    data: JSON.stringify(data ?? {}),
  }
}

function toEvent({ data, ...row }: Selectable<Tables['event']>): BerthEvent {
  return { ...row, machine: 'local', data: JSON.parse(data) as Record<string, unknown> }
}
