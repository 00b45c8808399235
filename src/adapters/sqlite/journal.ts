import { type Kysely, type Selectable, sql } from 'kysely'
import type { Clock, Journal, OperationRecord, StepRecord } from '../../core/ports.ts'
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
    async begin({ id, kind, envId, input }) {
      await query
        .insertInto('operation')
        .values({ id, kind, env_id: envId, input: JSON.stringify(input), state: 'open', started_at: now() })
        .onConflict((row) =>
          row.column('id').doUpdateSet({ state: 'open', ended_at: null, error: null, attempts: sql`attempts + 1` }),
        )
        .execute()
    },
    async postpone(id, error) {
      const change = { error: JSON.stringify(error), attempts: 0 }
      await query.updateTable('operation').set(change).where('id', '=', id).execute()
    },
    async end(id, state, error) {
      const text = error === undefined ? null : JSON.stringify(error)
      await query.updateTable('operation').set({ state, ended_at: now(), error: text }).where('id', '=', id).execute()
      await prune(query)
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
      await query
        .insertInto('step')
        .values({ operation_id: operationId, seq, name, state: 'open' })
        .onConflict((row) => row.columns(['operation_id', 'seq']).doUpdateSet({ name, state: 'open' }))
        .execute()
    },
    async closeStep(operationId, seq, state) {
      const row = query.updateTable('step').set({ state }).where('operation_id', '=', operationId)
      await row.where('seq', '=', seq).execute()
    },
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
    input: JSON.parse(row.input),
    state: row.state as OperationRecord['state'],
    startedAt: row.started_at,
    endedAt: row.ended_at,
    error: row.error === null ? null : JSON.parse(row.error),
    attempts: row.attempts,
  }
}
