import { AppError } from '../errors.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'

interface LockOptions {
  /** Gives up waiting for its turn. */
  signal?: AbortSignal
  /** Accepts an env whose destroy was cut off. */
  destroying?: boolean
}

/**
 * Works on an env alone: one piece of work on an env at a time. The work gets the record as it is when its turn comes.
 * Throws ENV_NOT_FOUND when the env is gone by then, ENV_BUSY when it is to be destroyed and could not be yet.
 */
export async function lockEnv<T>(
  deps: Pick<EnvDeps, 'store' | 'locks'>,
  { id, project, name }: Pick<EnvRecord, 'id' | 'project' | 'name'>,
  work: (env: EnvRecord) => Promise<T>,
  { signal, destroying = false }: LockOptions = {},
): Promise<T> {
  const turn = async () => {
    const env = await deps.store.env(project, name)
    if (env?.id !== id) throw new AppError('ENV_NOT_FOUND', `env ${name} of ${project} is gone`)
    if (env.phase === 'destroying' && !destroying)
      throw new AppError('ENV_BUSY', `env ${name} of ${project} is being destroyed, and could not be yet`, {
        hint: `berth destroy ${name} tries again`,
      })
    return work(env)
  }
  return deps.locks.run(id, turn, signal)
}
