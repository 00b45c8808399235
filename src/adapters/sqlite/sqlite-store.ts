import type { Clock, Store } from '../../core/ports.ts'
import { openDatabase } from './database.ts'
import { envRows } from './env-rows.ts'
import { createJournal } from './journal.ts'
import { projectRows } from './project-rows.ts'
import { sessionRows } from './session-rows.ts'

/** The state database of this machine and user. Throws STATE_CORRUPT, STATE_NEWER. */
export function openSqliteStore({ file, clock }: { file: string; clock: Clock }): Store {
  const { query, close } = openDatabase(file, () => clock.now())
  return {
    ...projectRows(query),
    ...envRows(query),
    ...sessionRows(query),
    journal: createJournal(query, clock),
    close,
  }
}
