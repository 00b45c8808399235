import type { EnvDeps } from '../deps.ts'
import type { EnvRecord } from '../model.ts'
import { serverOf, usersOf } from './users.ts'

/** Notes for each shared instance of a project whether it is in use: from the last user's end its grace period runs. */
export async function countUsers(
  deps: Pick<EnvDeps, 'store' | 'clock' | 'locks'>,
  env: Pick<EnvRecord, 'project' | 'shared'>,
): Promise<void> {
  if (env.shared.length === 0) return
  await deps.locks.run('shared', async () => {
    const envs = await deps.store.envs()
    for (const service of env.shared) {
      const instance = serverOf(envs, env, service)
      if (!instance) continue
      const used = usersOf(envs, instance).length > 0
      if (used === (instance.idleSince === null)) continue
      await deps.store.updateEnv(instance.id, { idleSince: used ? null : deps.clock.now().toISOString() })
    }
  })
}

/** The shared instances that have been without a user for longer than the grace period and still run. */
export function overdue(envs: readonly EnvRecord[], now: Date, graceSeconds: number): EnvRecord[] {
  return envs.filter(
    ({ serves, desired, idleSince, phase }) =>
      serves !== null &&
      phase === 'ready' &&
      desired === 'up' &&
      idleSince !== null &&
      now.getTime() - Date.parse(idleSince) >= graceSeconds * 1000,
  )
}
