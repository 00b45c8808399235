import type { Kysely, Transaction } from 'kysely'
import type { EnvRecord } from '../../core/envs/model.ts'
import { AppError } from '../../core/errors.ts'
import type { Store } from '../../core/ports.ts'
import { unhurried } from './database.ts'
import type { Tables } from './tables.ts'

/** Envs in the state database: the record as JSON, with the columns that must be unique beside it. */
export function envRows(query: Kysely<Tables>): Pick<Store, 'envs' | 'env' | 'addEnv' | 'updateEnv' | 'removeEnv'> {
  return {
    async envs() {
      const rows = await query.selectFrom('env').select('record').orderBy('project').orderBy('name').execute()
      return rows.map(toEnv)
    },
    async env(project, name) {
      const where = query.selectFrom('env').select('record').where('project', '=', project).where('name', '=', name)
      const row = await where.executeTakeFirst()
      return row && toEnv(row)
    },
    async addEnv(env) {
      const result = await query
        .insertInto('env')
        .values(toRow(env))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      if (!result.numInsertedOrUpdatedRows)
        throw new AppError('ENV_EXISTS', `env ${env.project}/${env.name} exists already`)
    },
    async updateEnv(id, change) {
      const row = await query.selectFrom('env').select('record').where('id', '=', id).executeTakeFirst()
      const write = (connection: Kysely<Tables>) =>
        connection.transaction().execute((transaction) => update(transaction, id, change))
      // one that is being made gets to the disk with the end of that, before which it does not count; nor do its files
      await (row && toEnv(row).phase === 'creating' ? unhurried(query, write) : write(query))
    },
    async removeEnv(id) {
      await query.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('session').where('env_id', '=', id).execute()
        await transaction.deleteFrom('env').where('id', '=', id).execute()
      })
    },
  }
}

async function update(query: Transaction<Tables>, id: string, change: Partial<EnvRecord>): Promise<void> {
  const row = await query.selectFrom('env').select('record').where('id', '=', id).executeTakeFirst()
  if (!row) throw new AppError('ENV_NOT_FOUND', `no env has the id ${id}`)
  const { id: _, ...columns } = toRow({ ...toEnv(row), ...change })
  await query.updateTable('env').set(columns).where('id', '=', id).execute()
}

const toEnv = ({ record }: { record: string }) => JSON.parse(record) as EnvRecord

function toRow(env: EnvRecord): Tables['env'] {
  return { id: env.id, project: env.project, name: env.name, subnet: env.subnet, record: JSON.stringify(env) }
}
