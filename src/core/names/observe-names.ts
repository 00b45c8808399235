import type { EnvDeps } from '../envs/deps.ts'
import { borrowedContainers } from '../envs/shared/borrowed.ts'
import type { NamedEnv } from './model.ts'
import { namedEnvs } from './named-envs.ts'

/** What every env's names lead to now, as last observed: no question to the engine. */
export async function observeNames(deps: Pick<EnvDeps, 'store' | 'upRecords' | 'observed'>): Promise<NamedEnv[]> {
  const envs = await deps.store.envs()
  const known = await Promise.all(
    envs.map(async (env) => {
      const record = await deps.upRecords.read(env.id)
      const borrowed = borrowedContainers(envs, env, record, (id) => deps.observed.of(id))
      return { env, record, containers: [...deps.observed.of(env.id), ...borrowed] }
    }),
  )
  return namedEnvs(known)
}
