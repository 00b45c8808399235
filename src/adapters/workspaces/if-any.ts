import { lstat, readdir, readFile } from 'node:fs/promises'
import { errnoOf } from '../../lib/errno.ts'

/** Text of a file, or null where there is none. */
export const textIfAny = (path: string): Promise<string | null> => ifAny(readFile(path, 'utf8'), null)

/** Names in a directory, or none where there is no such directory. */
export const namesIfAny = (path: string): Promise<string[]> => ifAny(readdir(path), [])

/** Whether something has this name, be it a link that leads nowhere. */
export const exists = async (path: string): Promise<boolean> => (await ifAny(lstat(path), null)) !== null

/** Whether it is a directory, and no link to one. */
export const isDirectory = async (path: string): Promise<boolean> =>
  (await ifAny(lstat(path), null))?.isDirectory() ?? false

/** When a file was written last, or null where there is none. */
export const timeIfAny = async (path: string): Promise<Date | null> => (await ifAny(lstat(path), null))?.mtime ?? null

async function ifAny<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading
  } catch (error) {
    // ENOTDIR: what was a directory on the way there is a file now
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return otherwise
    throw error
  }
}
