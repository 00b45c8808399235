import type { Kysely } from 'kysely'
import type { CloudStore } from '../../core/ports.ts'
import type { CloudMachine } from '../../core/providers/model.ts'
import type { Tables } from './tables.ts'

/** Rented machines in the state database. */
export function cloudRows(query: Kysely<Tables>): CloudStore {
  return {
    async machines() {
      const rows = await query.selectFrom('cloud_machine').select('record').orderBy('name').execute()
      return rows.map(({ record }) => JSON.parse(record) as CloudMachine)
    },
    async put(machine) {
      const record = JSON.stringify(machine)
      const row = query.insertInto('cloud_machine').values({ name: machine.name, record })
      await row.onConflict((conflict) => conflict.column('name').doUpdateSet({ record })).execute()
    },
    async remove(name) {
      await query.deleteFrom('cloud_machine').where('name', '=', name).execute()
    },
  }
}
