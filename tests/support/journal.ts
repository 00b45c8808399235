import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Operations that the journal of a home has as open: `env.up 3 attempts`. */
export function openOperations(home: string): string[] {
  const database = new DatabaseSync(join(home, 'state.db'), { readOnly: true })
  try {
    const rows = database.prepare("SELECT kind, attempts FROM operation WHERE state = 'open'").all()
    return rows.map(({ kind, attempts }) => `${String(kind)} ${String(attempts)} attempts`)
  } finally {
    database.close()
  }
}
