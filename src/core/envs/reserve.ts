import { AppError } from '../errors.ts'
import { registerProject } from '../projects/register-project.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'
import { refuseFurtherEnv } from './quota.ts'
import { allocateBlock } from './subnets.ts'

/** Size of an env's block where nothing asks for more: 62 addresses, so that a /16 pool holds 1,024 envs. */
export const defaultPrefix = 26

type ReserveDeps = Pick<
  EnvDeps,
  'store' | 'engine' | 'locks' | 'network' | 'routes' | 'clock' | 'quotas' | 'upRecords' | 'host' | 'homeId'
>

/**
 * Takes the env's name and a free subnet, in one go for all envs of this machine, and makes its project known
 * (`directory`: where that lives, null for none). Throws ENV_EXISTS, PROJECT_EXISTS, SUBNET_EXHAUSTED,
 * QUOTA_EXCEEDED.
 */
export async function reserveEnv(
  deps: ReserveDeps,
  env: EnvRecord,
  directory: string | null,
  signal: AbortSignal,
): Promise<EnvRecord> {
  await untilSettled(deps, env, signal)
  const foreign = await foreignNetworks(deps)
  return deps.locks.run('allocate', async () => {
    if (await deps.store.env(env.project, env.name)) {
      throw new AppError('ENV_EXISTS', `env ${env.name} of ${env.project} exists already`, {
        hint: `berth up ${env.name} starts it; berth destroy ${env.name} removes it`,
      })
    }
    await refuseFurtherEnv(deps, env.by)
    if (directory !== null) await registerProject(deps, { name: env.project, directory })
    const taken = [...foreign, ...(await deps.store.envs()).map(({ subnet }) => subnet)]
    const reserved = { ...env, subnet: allocateBlock(taken, deps.network.pool, defaultPrefix) }
    await deps.store.addEnv(reserved)
    return reserved
  })
}

/** An env of this name that is just being made, undone or destroyed holds its lock until that has ended. */
async function untilSettled({ store, locks }: ReserveDeps, env: EnvRecord, signal: AbortSignal): Promise<void> {
  const existing = await store.env(env.project, env.name)
  if (existing && existing.phase !== 'ready') await locks.run(existing.id, async () => undefined, signal)
}

/** Networks of this machine that an env must keep clear of: what is routed, and every engine network that is not ours. */
export async function foreignNetworks(deps: Pick<EnvDeps, 'engine' | 'routes'>): Promise<string[]> {
  const routed = await deps.routes()
  try {
    const networks = await deps.engine.networks()
    return [...routed, ...networks.flatMap(({ subnets }) => subnets)]
  } catch (error) {
    // Without an engine there is no network to clash with yet; `up` looks again, and moves the block if it must.
    if (error instanceof AppError && error.code === 'ENGINE_UNAVAILABLE') return routed
    throw error
  }
}
