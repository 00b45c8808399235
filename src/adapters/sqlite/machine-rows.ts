import type { Kysely } from 'kysely'
import type { MachineRecord } from '../../core/machines/model.ts'
import type { Store } from '../../core/ports.ts'
import type { Tables } from './tables.ts'

/** Machines in the state database. */
export function machineRows(query: Kysely<Tables>): Pick<Store, 'machines' | 'addMachine' | 'removeMachine'> {
  return {
    async machines() {
      const rows = await query.selectFrom('machine').select('record').orderBy('context').orderBy('name').execute()
      return rows.map(({ record }) => JSON.parse(record) as MachineRecord)
    },
    async addMachine(machine) {
      const { context, name } = machine
      const record = JSON.stringify(machine)
      await query
        .insertInto('machine')
        .values({ context, name, record })
        .onConflict((conflict) => conflict.columns(['context', 'name']).doUpdateSet({ record }))
        .execute()
    },
    async removeMachine(context, name) {
      await query.deleteFrom('machine').where('context', '=', context).where('name', '=', name).execute()
    },
  }
}
