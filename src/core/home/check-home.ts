import { dirname, join } from 'node:path'
import { AppError, toAppError } from '../errors.ts'
import type { Files } from '../ports.ts'

/** Refuses a state directory inside a git work tree: it would be committed, copied and cleaned. Throws HOME_INVALID. */
export async function checkHome(files: Pick<Files, 'exists' | 'realPath'>, home: string): Promise<void> {
  const start = (await realPathOf(files, home)) ?? home
  for (let at = start; ; at = dirname(at)) {
    if (await files.exists(join(at, '.git'))) {
      throw new AppError('HOME_INVALID', `the state directory ${home} lies inside the git repository ${at}`, {
        hint: 'set BERTH_HOME to a directory outside any git repository',
        details: { home, repository: at },
      })
    }
    if (dirname(at) === at) return
  }
}

/** Throws HOME_INVALID for a path that no file system takes: one that is too long, or leads round in a circle. */
async function realPathOf(files: Pick<Files, 'realPath'>, home: string): Promise<string | undefined> {
  try {
    return await files.realPath(home)
  } catch (cause) {
    const { message } = toAppError(cause)
    throw new AppError('HOME_INVALID', `${home} cannot be used as the state directory: ${message}`, { cause })
  }
}
