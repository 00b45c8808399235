import { AppError } from '../errors.ts'
import { labels } from '../labels.ts'
import type { EnvDeps, HeldQuota } from './deps.ts'
import type { EnvRecord } from './model.ts'
import type { Demand } from './plan-record.ts'

type QuotaDeps = Pick<EnvDeps, 'store' | 'quotas' | 'upRecords' | 'engine' | 'host' | 'homeId'>

/** The token an env made now belongs to, by who asked; undefined: the owner's, as is what the daemon makes by itself. */
export const tokenOf = (actor: string | undefined): string | undefined =>
  actor === undefined || actor === 'owner' || actor === 'berthd' ? undefined : actor

/** Throws QUOTA_EXCEEDED where whoever asks may have no further env. Under the lock of the allocation. */
export async function refuseFurtherEnv(deps: QuotaDeps, by: string | undefined): Promise<void> {
  for (const quota of await deps.quotas(by)) {
    if (quota.envs === null) continue
    const count = (await envsOf(deps, quota)).length
    if (count + 1 > quota.envs) throw exceeded(quota, `${quota.envs} envs`, `${count} are there`)
  }
}

/** Throws QUOTA_EXCEEDED where bringing an env up would let the containers use more CPUs or memory than is allowed. */
export async function refuseDemand(deps: QuotaDeps, env: EnvRecord, demand: Demand): Promise<void> {
  for (const quota of await deps.quotas(env.by)) {
    const { cpus, memoryBytes } = quota
    if (cpus === null && memoryBytes === null) continue
    const others = (await envsOf(deps, quota)).filter(({ id, desired }) => id !== env.id && desired === 'up')
    const used = await Promise.all(others.map(({ id }) => deps.upRecords.read(id)))
    const total = (key: keyof Demand) => used.reduce((sum, record) => sum + (record?.demand?.[key] ?? 0), 0)
    refuseMore(quota, {
      limit: cpus,
      used: total('cpus'),
      wanted: demand.cpus,
      show: (count) => `${round(count)} CPUs`,
    })
    const show = (bytes: number) => `${round(bytes / 1024 ** 2)} MB of memory`
    refuseMore(quota, { limit: memoryBytes, used: total('memoryBytes'), wanted: demand.memoryBytes, show })
  }
}

interface Measure {
  limit: number | null
  used: number
  wanted: number | null
  show: (amount: number) => string
}

function refuseMore(quota: HeldQuota, { limit, used, wanted, show }: Measure): void {
  if (limit === null) return
  if (wanted === null)
    throw exceeded(quota, show(limit), 'a service of this env has no limit of its own', {
      hint: 'give each container one: [env.limits] cpus and memory in berth.toml, or limits in the compose file',
    })
  if (used + wanted > limit)
    throw exceeded(quota, show(limit), `${show(used)} are in use and this needs ${show(wanted)}`)
}

/** Throws QUOTA_EXCEEDED where workspaces and volumes already fill what is allowed. Measured only for who is held to it. */
export async function refuseFullDisk(deps: QuotaDeps, by: string | undefined): Promise<void> {
  for (const quota of await deps.quotas(by)) {
    if (quota.diskBytes === null) continue
    const used = await diskOf(deps, await envsOf(deps, quota))
    const show = (bytes: number) => `${round(bytes / 1024 ** 2)} MB of disk`
    if (used >= quota.diskBytes) throw exceeded(quota, show(quota.diskBytes), `${show(used)} are in use`)
  }
}

/** What the workspaces and volumes of envs hold, bytes. */
async function diskOf({ host, engine, homeId }: QuotaDeps, envs: readonly EnvRecord[]): Promise<number> {
  const ids = new Set(envs.map(({ id }) => id))
  const [workspaces, volumes] = await Promise.all([
    // what cannot be read in it is said by du and left out
    Promise.all(envs.map(({ workspace }) => host.run(['du', '-sxk', '--', workspace]))),
    engine.volumeSizes([`${labels.home}=${homeId}`]),
  ])
  const inWorkspaces = workspaces.reduce((sum, { stdout }) => sum + (Number.parseInt(stdout, 10) || 0) * 1024, 0)
  const own = volumes.filter((volume) => ids.has(volume.labels[labels.env] ?? ''))
  return own.reduce((sum, { bytes }) => sum + bytes, inWorkspaces)
}

async function envsOf({ store }: QuotaDeps, { by }: HeldQuota): Promise<EnvRecord[]> {
  const envs = await store.envs()
  return by === undefined ? envs : envs.filter((env) => env.by === by)
}

function exceeded({ whose }: HeldQuota, limit: string, why: string, options: { hint?: string } = {}): AppError {
  return new AppError('QUOTA_EXCEEDED', `${whose} may use ${limit}: ${why}`, options)
}

const round = (amount: number) => Math.round(amount * 100) / 100
