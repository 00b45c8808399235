import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import { AppError } from '../../core/errors.ts'
import { migrations } from './migrations.ts'
import type { Tables } from './tables.ts'

/** An open, migrated state database. */
export interface OpenDatabase {
  query: Kysely<Tables>
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
    close: () => raw.close(),
  }
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
      details: { file, reason: cause instanceof Error ? cause.message : String(cause) },
    })
  }
}

function migrate(raw: DatabaseSync, file: string, now: () => Date, history: readonly string[]): void {
  const { user_version: current } = raw.prepare('PRAGMA user_version').get() as { user_version: number }
  if (current > history.length)
    throw new AppError(
      'STATE_NEWER',
      `${file} was written by a newer Berth (schema ${current}, this one knows ${history.length})`,
    )
  if (current === history.length) return
  if (current > 0) backup(raw, file, current, now())
  for (let version = current; version < history.length; version++) {
    raw.exec(`BEGIN IMMEDIATE; ${history[version]}; PRAGMA user_version = ${version + 1}; COMMIT`)
  }
}

function backup(raw: DatabaseSync, file: string, version: number, now: Date): void {
  const directory = join(dirname(file), 'backups')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const target = join(directory, `state-v${version}-${now.toISOString().replaceAll(':', '')}.db`)
  if (existsSync(target)) return
  raw.prepare('VACUUM INTO ?').run(target)
  chmodSync(target, 0o600)
}

/** The few methods Kysely asks of a SQLite driver, on top of node:sqlite. */
function asKyselyDatabase(raw: DatabaseSync) {
  return {
    close: () => undefined,
    prepare: (sql: string) => {
      const statement = raw.prepare(sql)
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...values(parameters)),
        run: (parameters: readonly unknown[]) => statement.run(...values(parameters)),
        iterate: (parameters: readonly unknown[]) =>
          statement.iterate(...values(parameters)) as IterableIterator<unknown>,
      }
    },
  }
}
