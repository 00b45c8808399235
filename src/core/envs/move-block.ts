import { labels } from '../labels.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'
import { overlap } from './overlap.ts'
import { allocateBlock } from './subnets.ts'

/**
 * The env with a block that is large enough and clear of every network made since it was reserved; moved when it is
 * not, which only happens while the env has no networks of its own. Throws SUBNET_EXHAUSTED.
 */
export async function moveBlock(
  deps: Pick<EnvDeps, 'store' | 'engine' | 'locks' | 'network' | 'homeId' | 'routes'>,
  env: EnvRecord,
  neededPrefix: number,
): Promise<EnvRecord> {
  const [networks, routed] = await Promise.all([deps.engine.networks(), deps.routes()])
  const isOwn = (own: Record<string, string>) => own[labels.home] === deps.homeId && own[labels.env] === env.id
  const mine = networks.filter((network) => isOwn(network.labels)).flatMap(({ subnets }) => subnets)
  const foreign = [
    ...networks.filter((network) => !isOwn(network.labels)).flatMap(({ subnets }) => subnets),
    ...routed,
  ].filter((subnet) => !mine.includes(subnet))
  const fits = prefixOf(env.subnet) <= neededPrefix
  // one of a pool that was given up is left where nothing is lost by it
  const isOfPool = overlap(env.subnet, deps.network.pool)
  if (mine.length > 0 ? fits : fits && isOfPool && !foreign.some((subnet) => overlap(subnet, env.subnet))) return env
  return deps.locks.run('allocate', async () => {
    const others = (await deps.store.envs()).filter(({ id }) => id !== env.id).map(({ subnet }) => subnet)
    const subnet = allocateBlock(
      [...foreign, ...mine, ...others],
      deps.network.pool,
      Math.min(prefixOf(env.subnet), neededPrefix),
    )
    await deps.store.updateEnv(env.id, { subnet })
    return { ...env, subnet }
  })
}

const prefixOf = (cidr: string) => Number(cidr.split('/')[1])
