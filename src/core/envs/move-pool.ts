import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import { AppError } from '../errors.ts'
import type { HomePaths } from '../home/paths.ts'
import { labels } from '../labels.ts'
import type { Files } from '../ports.ts'
import type { Settings } from '../settings/model.ts'
import type { EnvDeps } from './deps.ts'
import { overlap } from './overlap.ts'
import { allocateBlock } from './subnets.ts'

/** Where a machine's envs are to have their addresses, beside what others use. */
export interface MovePoolRequest {
  /** Networks in use elsewhere. */
  clear: string[]
  /** The network the pool is taken from. */
  within: string
}

/** The pool from now on, and the envs that still have addresses of another one. */
export interface MovedPool {
  pool: string
  moved: boolean
  /** config.toml names the pool, and nobody changes what somebody wrote. */
  fixed: boolean
  envs: { project: string; name: string; subnet: string }[]
}

type MovePoolDeps = Pick<EnvDeps, 'store' | 'engine' | 'routes' | 'locks' | 'homeId'> & {
  files: Files
  paths: HomePaths
  settings: Settings
  /** Whether config.toml says where envs get their addresses. */
  isPoolWritten: () => Promise<boolean>
}

/** Prefix length of a pool that is chosen: room for 1,024 envs. */
const prefix = 16

/**
 * Takes the blocks of new envs from another network, clear of what is in use there and here; those there are keep theirs
 * until they are down and come up again. Harmless where the pool is clear already. Throws SUBNET_EXHAUSTED.
 */
export async function movePool(deps: MovePoolDeps, { clear, within }: MovePoolRequest): Promise<MovedPool> {
  const { network } = deps.settings
  const isClear = (pool: string, taken: readonly string[]) => !taken.some((one) => overlap(one, pool))
  return deps.locks.run('allocate', async () => {
    const envs = await deps.store.envs()
    const staying = (pool: string) =>
      envs
        .filter(({ subnet }) => !overlap(subnet, pool))
        .map(({ project, name, subnet }) => ({ project, name, subnet }))
    const { pool: before } = network
    if (isClear(before, clear)) return { pool: before, moved: false, fixed: false, envs: staying(before) }
    if (await deps.isPoolWritten()) return { pool: before, moved: false, fixed: true, envs: [] }
    const taken = [...clear, ...(await usedHere(deps))]
    const pool = choosePool(taken, within, deps.homeId)
    await deps.files.writeText(deps.paths.pool, `${pool}\n`)
    network.pool = pool
    return { pool, moved: true, fixed: false, envs: staying(pool) }
  })
}

/** Networks of this machine that are nobody's env of this home. */
async function usedHere({ engine, routes, homeId }: MovePoolDeps): Promise<string[]> {
  const [networks, routed] = await Promise.all([engine.networks().catch(() => []), routes()])
  const own = new Set(networks.filter((one) => one.labels[labels.home] === homeId).flatMap(({ subnets }) => subnets))
  return [...networks.flatMap(({ subnets }) => subnets), ...routed].filter((subnet) => !own.has(subnet))
}

/** Not the first that is free, which every machine would choose: the first from a place of this machine's own on. */
function choosePool(taken: readonly string[], within: string, homeId: string): string {
  const [base, shortest] = ipaddr.IPv4.parseCIDR(within)
  if (shortest > prefix)
    throw new AppError('SUBNET_EXHAUSTED', `${within} holds no /${prefix}`, { details: { pool: within, prefix } })
  const first = base.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0)
  const count = 2 ** (prefix - shortest)
  const start = createHash('sha256').update(homeId).digest().readUInt32BE() % count
  for (let step = 0; step < count; step++) {
    const value = first + ((start + step) % count) * 2 ** (32 - prefix)
    const pool = `${Math.floor(value / 2 ** 24)}.${Math.floor(value / 2 ** 16) % 256}.0.0/${prefix}`
    if (!taken.some((one) => overlap(one, pool))) return pool
  }
  // says that none is left
  return allocateBlock(taken, within, prefix)
}
