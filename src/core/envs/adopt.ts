import { registerProject } from '../projects/register-project.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'
import { overlap } from './overlap.ts'
import { foreignNetworks } from './reserve.ts'
import { allocateBlock } from './subnets.ts'

/**
 * Makes an env known again that the database has lost, as its mirrored record says; its block is another one where that
 * was given away meanwhile. Throws ENV_EXISTS, PROJECT_EXISTS, SUBNET_EXHAUSTED.
 */
export async function adoptEnv(
  deps: Pick<EnvDeps, 'store' | 'engine' | 'locks' | 'network' | 'routes' | 'clock'>,
  env: EnvRecord,
): Promise<void> {
  const foreign = await foreignNetworks(deps)
  await deps.locks.run('allocate', async () => {
    const envs = await deps.store.envs()
    if (envs.some(({ id }) => id === env.id)) return
    if (env.source.kind !== 'empty') await registerProject(deps, { name: env.project, directory: env.source.directory })
    const taken = envs.map(({ subnet }) => subnet)
    const isFree = !taken.some((subnet) => overlap(subnet, env.subnet))
    const subnet = isFree
      ? env.subnet
      : allocateBlock([...foreign, ...taken], deps.network.pool, Number(env.subnet.split('/')[1]))
    await deps.store.addEnv({ ...env, subnet })
  })
}
