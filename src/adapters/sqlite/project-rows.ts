import type { Kysely } from 'kysely'
import { AppError } from '../../core/errors.ts'
import type { Store } from '../../core/ports.ts'
import type { Tables } from './tables.ts'

/** Projects in the state database. */
export function projectRows(query: Kysely<Tables>): Pick<Store, 'projects' | 'addProject' | 'removeProject'> {
  return {
    async projects() {
      const rows = await query.selectFrom('project').selectAll().orderBy('name').execute()
      return rows.map(({ name, directory, created_at: createdAt }) => ({ name, directory, createdAt }))
    },
    async addProject({ name, directory, createdAt }) {
      const result = await query
        .insertInto('project')
        .values({ name, directory, created_at: createdAt })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      if (!result.numInsertedOrUpdatedRows)
        throw new AppError('PROJECT_EXISTS', `a project named ${name} is known at another directory`)
    },
    async removeProject(name) {
      await query.deleteFrom('project').where('name', '=', name).execute()
    },
  }
}
