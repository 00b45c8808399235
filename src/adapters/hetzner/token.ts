import { readFile, stat } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'

/** The token kept in a file that only its user may read, or undefined without one. Throws PROVIDER_DENIED for one open to others. */
export async function readTokenFile(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file)
    if ((mode & 0o077) !== 0)
      throw new AppError('PROVIDER_DENIED', `${file} is open to others`, { hint: `chmod 600 ${file}` })
    return (await readFile(file, 'utf8')).trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
