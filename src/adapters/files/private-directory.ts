import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../core/errors.ts'

/** Makes a directory only its user can enter (0700), or makes sure of one that is there. Throws HOME_INVALID. */
export function ensurePrivateDirectory(path: string): void {
  try {
    makeDirectory(path)
    const { uid, mode } = statSync(path)
    if (uid !== process.getuid?.()) throw new AppError('HOME_INVALID', `${path} belongs to another user`)
    if ((mode & 0o077) !== 0) chmodSync(path, 0o700)
  } catch (error) {
    if (error instanceof AppError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('HOME_INVALID', `${path} cannot be used as the state directory: ${reason}`, { cause: error })
  }
}

/** One at a time, parents first: below /proc, where nothing can be made, Node's own `recursive` tries for ever. */
function makeDirectory(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory()) return
  if (found) throw new AppError('HOME_INVALID', `${path} cannot be used as the state directory: it is a file`)
  makeDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // made by somebody else at the same moment
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}
