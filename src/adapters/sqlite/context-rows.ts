import type { Kysely } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { ContextStore } from '../../core/ports.ts'
import type { Tables } from './tables.ts'

/** Contexts in the state database. */
export function contextRows(query: Kysely<Tables>): ContextStore {
  return {
    async all() {
      const rows = await query.selectFrom('context').selectAll().orderBy('name').execute()
      return rows.map(({ name, created_at }) => ({ name, createdAt: created_at }))
    },
    async add({ name, createdAt }) {
      const row = query.insertInto('context').values({ name, created_at: createdAt })
      const { numInsertedOrUpdatedRows } = await row.onConflict((conflict) => conflict.doNothing()).executeTakeFirst()
      if (numInsertedOrUpdatedRows === 0n) throw new AppError('CONTEXT_EXISTS', `there is a context ${name} already`)
    },
    async remove(name) {
      await query.deleteFrom('context').where('name', '=', name).execute()
    },
  }
}
