import { chmodSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { AppError } from '../../core/errors.ts'
import { backUp, howToRestore, schemaOf } from './backups.ts'
import { migrations } from './migrations.ts'
import type { Tables } from './tables.ts'

/** An open, migrated state database. */
export interface OpenDatabase {
  query: Kysely<Tables>
  /** Writes a copy of it to `backups/`, beside it. */
  backUp: () => void
  close: () => void
}

/**
 * Opens the state database, making or migrating it as needed; a backup is taken before a migration.
 * Throws STATE_CORRUPT and STATE_NEWER, in both cases leaving the file as it is.
 */
export function openDatabase(file: string, now: () => Date, history: readonly string[] = migrations): OpenDatabase {
  const raw = openChecked(file)
  try {
    migrate(raw, file, now, history)
  } catch (error) {
    raw.close()
    throw error
  }
  return {
    query: new Kysely<Tables>({ dialect: new SqliteDialect({ database: asKyselyDatabase(raw) }) }),
    backUp: () => backUp(raw, file, now()),
    close: () => raw.close(),
  }
}

/**
 * Makes a change that gets to the disk with the next one: a power failure before that takes it back (what is whole of the
 * log counts), a killed process does not. For what may be done again; waiting for the disk (1 to 20 ms) stops all else.
 */
export function unhurried<T>(query: Kysely<Tables>, change: (connection: Kysely<Tables>) => Promise<T>): Promise<T> {
  return query.connection().execute(async (connection) => {
    await sql`PRAGMA synchronous = NORMAL`.execute(connection)
    try {
      return await change(connection)
    } finally {
      await sql`PRAGMA synchronous = FULL`.execute(connection)
    }
  })
}

function openChecked(file: string): DatabaseSync {
  let raw: DatabaseSync | undefined
  try {
    raw = new DatabaseSync(file)
    chmodSync(file, 0o600)
    raw.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;',
    )
    const check = raw.prepare('PRAGMA quick_check').get() as { quick_check: string }
    if (check.quick_check !== 'ok') throw new Error(check.quick_check)
    return raw
  } catch (cause) {
    raw?.close()
    throw new AppError('STATE_CORRUPT', `the state database ${file} cannot be read`, {
      cause,
      hint: howToRestore(file),
      details: { file, reason: cause instanceof Error ? cause.message : String(cause) },
    })
  }
}

function migrate(raw: DatabaseSync, file: string, now: () => Date, history: readonly string[]): void {
  const current = schemaOf(raw)
  if (current > history.length)
    throw new AppError(
      'STATE_NEWER',
      `${file} was written by a newer Berth (schema ${current}, this one knows ${history.length})`,
    )
  if (current === history.length) return
  if (current > 0) backUp(raw, file, now())
  for (let version = current; version < history.length; version++) {
    raw.exec(`BEGIN IMMEDIATE; ${history[version]}; PRAGMA user_version = ${version + 1}; COMMIT`)
  }
}

/** The few methods Kysely asks of a SQLite driver, on top of node:sqlite. */
function asKyselyDatabase(raw: DatabaseSync) {
  return {
    close: () => undefined,
    prepare: (sql: string) => {
      const statement = translated(() => raw.prepare(sql))
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => translated(() => statement.all(...values(parameters))),
        run: (parameters: readonly unknown[]) =>
          // a full disk has ended the transaction already: that is what is to be told, and not that there is none
          sql === 'rollback' && !raw.isTransaction
            ? { changes: 0, lastInsertRowid: 0 }
            : translated(() => statement.run(...values(parameters))),
        iterate: (parameters: readonly unknown[]) =>
          statement.iterate(...values(parameters)) as IterableIterator<unknown>,
      }
    },
  }
}

/** SQLITE_FULL, and SQLITE_IOERR_SHMSIZE: no room for the index of the log. */
const noRoom: readonly unknown[] = [13, 4874]

/** Failures of SQLite that callers tell apart. Throws DISK_FULL. */
function translated<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof Error && 'errcode' in cause && noRoom.includes(cause.errcode))) throw cause
    throw new AppError('DISK_FULL', 'no space is left on the device of the state database', { cause })
  }
}
