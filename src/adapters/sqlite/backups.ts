import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { backupName, sortBackups } from '../../core/home/backups.ts'
import { quoteCommand } from '../../lib/quote.ts'

const directoryOf = (file: string) => join(dirname(file), 'backups')

/** The number of the schema a database has. */
export function schemaOf(raw: DatabaseSync): number {
  return (raw.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
}

/** Writes a copy of a database to `backups/`, beside it. */
export function backUp(raw: DatabaseSync, file: string, now: Date): void {
  const directory = directoryOf(file)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const target = join(directory, backupName(schemaOf(raw), now))
  if (existsSync(target)) return
  raw.prepare('VACUUM INTO ?').run(target)
  chmodSync(target, 0o600)
}

/**
 * What to type where a database is damaged. Its write-ahead log goes first: it would be played into the restored one.
 * Without a backup one begins anew; either way doctor adopts the envs that are there.
 */
export function howToRestore(file: string): string {
  const names = existsSync(directoryOf(file)) ? readdirSync(directoryOf(file)) : []
  const newest = sortBackups(names).at(-1)
  const restore = newest === undefined ? ['mv', file, `${file}.damaged`] : ['cp', join(directoryOf(file), newest), file]
  return `${quoteCommand(['rm', '-f', `${file}-wal`, `${file}-shm`])} && ${quoteCommand(restore)} && berth doctor --fix`
}
