import { chmodSync, lstatSync, mkdirSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'

/** Makes a directory only its user can enter (0700), or makes sure of one that is there. Throws HOME_INVALID. */
export function ensurePrivateDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const { uid, mode } = lstatSync(path)
    if (uid !== process.getuid?.()) throw new AppError('HOME_INVALID', `${path} belongs to another user`)
    if ((mode & 0o077) !== 0) chmodSync(path, 0o700)
  } catch (error) {
    if (error instanceof AppError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('HOME_INVALID', `${path} cannot be used as the state directory: ${reason}`, { cause: error })
  }
}
