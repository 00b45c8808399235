import { watchFile } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { ResolverRecord } from '../../core/names/resolver-model.ts'
import { writeState } from './file-states.ts'

/** Where a machine's set-up is recorded: it concerns all users, so no user's home. Readable by everyone. */
export const resolverRecordFile = '/var/lib/berth/resolver.json'

/** The set-up of this machine, or null. Throws RESOLVER_FAILED for a file that cannot be read as one. */
export async function readResolverRecord(path: string): Promise<ResolverRecord | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  try {
    return JSON.parse(text) as ResolverRecord
  } catch (cause) {
    throw new AppError('RESOLVER_FAILED', `${path} is damaged`, { cause, hint: `mend or remove ${path}` })
  }
}

/** Keeps it, before the first of its steps is done. */
export async function writeResolverRecord(path: string, record: ResolverRecord): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  const content = Buffer.from(`${JSON.stringify(record, null, 2)}\n`).toString('latin1')
  await writeState(path, { kind: 'file', content, mode: 0o644, uid: 0, gid: 0 })
}

/**
 * Calls back within a second of every change, for as long as the process lives: whoever sets the resolver up may be
 * another process, run by root.
 */
export function watchResolverRecord(path: string, onChange: () => void): void {
  // asked for once a second: the directory may not be there yet, so it cannot be watched
  watchFile(path, { interval: 1000, persistent: false }, onChange)
}
