import { type Kysely, sql } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { Store } from '../../core/ports.ts'
import type { SessionRecord } from '../../core/sessions/model.ts'
import type { Tables } from './tables.ts'

/** Sessions in the state database. */
export function sessionRows(
  query: Kysely<Tables>,
): Pick<Store, 'sessions' | 'addSession' | 'endSession' | 'removeSession'> {
  return {
    async sessions() {
      const rows = await query.selectFrom('session').select('record').orderBy('started_at').orderBy('id').execute()
      return rows.map(({ record }) => JSON.parse(record) as SessionRecord)
    },
    async addSession(session) {
      const { id, envId, startedAt } = session
      const result = await query
        .insertInto('session')
        .values({ id, env_id: envId, started_at: startedAt, record: JSON.stringify(session) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      if (!result.numInsertedOrUpdatedRows) throw new AppError('SESSION_EXISTS', `session ${id} exists already`)
    },
    async endSession(id, endedAt) {
      const record = sql<string>`json_set(record, '$.endedAt', ${endedAt})`
      await query.updateTable('session').set({ record }).where('id', '=', id).execute()
    },
    async removeSession(id) {
      await query.deleteFrom('session').where('id', '=', id).execute()
    },
  }
}
