import type { Clock, Store } from '../../core/ports.ts'
import { accessRows } from './access-rows.ts'
import { cloudRows } from './cloud-rows.ts'
import { contextRows } from './context-rows.ts'
import { openDatabase } from './database.ts'
import { deployRows } from './deploy-rows.ts'
import { envRows } from './env-rows.ts'
import { eventRows } from './event-rows.ts'
import { createJournal } from './journal.ts'
import { machineRows } from './machine-rows.ts'
import { projectRows } from './project-rows.ts'
import { sessionRows } from './session-rows.ts'
import { webhookRows } from './webhook-rows.ts'

/** A store that can be copied while it is used. */
export interface BackedUpStore extends Store {
  /** Writes a backup to `backups/`, beside the database. */
  backUp: () => void
}

/** The state database of this machine and user. Throws STATE_CORRUPT, STATE_NEWER. */
export function openSqliteStore({ file, clock }: { file: string; clock: Clock }): BackedUpStore {
  const { query, backUp, close } = openDatabase(file, () => clock.now())
  return {
    ...projectRows(query),
    ...envRows(query),
    ...sessionRows(query),
    access: accessRows(query),
    cloud: cloudRows(query),
    contexts: contextRows(query),
    webhooks: webhookRows(query),
    ...machineRows(query),
    deploys: deployRows(query),
    journal: createJournal(query, clock),
    events: eventRows(query, clock),
    backUp,
    close,
  }
}
