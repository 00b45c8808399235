import { type Kysely, type Selectable, sql } from 'kysely'
import type { Clock, Journal, OperationRecord, StepRecord } from '../../core/ports.ts'
import { unhurried } from './database.ts'
import { addEvents } from './event-rows.ts'
import type { Tables } from './tables.ts'

/** How many ended operations are kept for `doctor` and recovery. */
const kept = 500

/** The journal in the state database. */
export function createJournal(query: Kysely<Tables>, clock: Clock): Journal {
  return { ...operationRows(query, clock), ...stepRows(query) }
}

function operationRows(
  query: Kysely<Tables>,
  clock: Clock,
): Pick<Journal, 'begin' | 'postpone' | 'end' | 'open' | 'recent'> {
  const now = () => clock.now().toISOString()
  return {
    async begin({ id, kind, envId, subject, actor, input }) {
      const about = { kind, env_id: envId, subject, actor, input: JSON.stringify(input) }
      const again = { state: 'open', ended_at: null, error: null, attempts: sql<number>`attempts + 1` }
      // gets to the disk with its first step, before which nothing is changed
      await unhurried(query, async (connection) => {
        const row = connection.insertInto('operation').values({ id, ...about, state: 'open', started_at: now() })
        await row.onConflict((conflict) => conflict.column('id').doUpdateSet(again)).execute()
      })
    },
    async postpone(id, error) {
      const change = { error: JSON.stringify(error), attempts: 0 }
      await query.updateTable('operation').set(change).where('id', '=', id).execute()
    },
    async end(id, state, error, events = []) {
      const change = { state, ended_at: now(), error: error === undefined ? null : JSON.stringify(error) }
      await query.transaction().execute(async (transaction) => {
        await transaction.updateTable('operation').set(change).where('id', '=', id).execute()
        await addEvents(transaction, clock, events)
      })
      await unhurried(query, prune)
    },
    async open() {
      const open = query.selectFrom('operation').selectAll().where('state', '=', 'open')
      return (await open.orderBy('started_at').execute()).map(toOperation)
    },
    async recent(limit) {
      const rows = await query.selectFrom('operation').selectAll().orderBy('started_at', 'desc').limit(limit).execute()
      return rows.map(toOperation)
    },
  }
}

function stepRows(query: Kysely<Tables>): Pick<Journal, 'openStep' | 'closeStep' | 'steps'> {
  return {
    async openStep(operationId, seq, name) {
      const open = (connection: Kysely<Tables>) =>
        connection
          .insertInto('step')
          .values({ operation_id: operationId, seq, name, state: 'open' })
          .onConflict((row) => row.columns(['operation_id', 'seq']).doUpdateSet({ name, state: 'open' }))
          .execute()
      // with the first the operation is on the disk, which is what a recovery goes by; how far it had come is for people
      await (seq === 0 ? open(query) : unhurried(query, open))
    },
    closeStep: (operationId, seq, state) =>
      unhurried(query, async (connection) => {
        const row = connection.updateTable('step').set({ state }).where('operation_id', '=', operationId)
        await row.where('seq', '=', seq).execute()
      }),
    async steps(operationId) {
      const rows = await query
        .selectFrom('step')
        .selectAll()
        .where('operation_id', '=', operationId)
        .orderBy('seq')
        .execute()
      return rows.map(({ seq, name, state }) => ({ operationId, seq, name, state: state as StepRecord['state'] }))
    },
  }
}

async function prune(query: Kysely<Tables>): Promise<void> {
  const oldest = query.selectFrom('operation').select('id').orderBy('started_at', 'desc').limit(kept)
  await query.deleteFrom('operation').where('state', '!=', 'open').where('id', 'not in', oldest).execute()
}

function toOperation(row: Selectable<Tables['operation']>): OperationRecord {
  return {
    id: row.id,
    kind: row.kind,
    envId: row.env_id,
    subject: row.subject,
    actor: row.actor,
    input: JSON.parse(row.input),
    state: row.state as OperationRecord['state'],
    startedAt: row.started_at,
    endedAt: row.ended_at,
    error: row.error === null ? null : JSON.parse(row.error),
    attempts: row.attempts,
  }
}
