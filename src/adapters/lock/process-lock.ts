import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** A lock that the operating system takes back when its process ends, however it ends. */
export interface ProcessLock {
  release(): void
}

/**
 * Takes the lock at `file`, or undefined when another process holds it. SQLite's exclusive lock is an fcntl lock,
 * which Node itself does not offer.
 */
export function takeProcessLock(file: string): ProcessLock | undefined {
  const database = new DatabaseSync(file)
  chmodSync(file, 0o600) // its journal gets the same mode
  try {
    database.exec(
      'PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE',
    )
    return { release: () => database.close() }
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked|busy/.test(error.message)) return undefined
    throw error
  }
}
