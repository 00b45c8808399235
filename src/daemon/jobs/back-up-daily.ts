import { join } from 'node:path'
import { toAppError } from '../../core/errors.ts'
import { backupEvery, isRecent, spareBackups } from '../../core/home/backups.ts'
import type { HomePaths } from '../../core/home/paths.ts'
import type { Clock, Files } from '../../core/ports.ts'

interface BackUpDeps {
  files: Files
  paths: HomePaths
  clock: Clock
  /** Writes a backup of the state database. */
  backUp: () => void
  log: (message: string) => void
}

/** Backs the state database up, now and once a day, until the signal aborts; the oldest backups go. */
export async function backUpDaily(deps: BackUpDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await backUpOnce(deps).catch((error) => deps.log(`the state could not be backed up: ${toAppError(error).message}`))
    await deps.clock.wait(backupEvery, signal).catch(() => undefined) // aborted: the loop sees it
  }
}

async function backUpOnce({ files, paths, clock, backUp }: BackUpDeps): Promise<void> {
  if (isRecent(await files.list(paths.backups), clock.now())) return
  backUp()
  for (const name of spareBackups(await files.list(paths.backups))) await files.remove(join(paths.backups, name))
}
