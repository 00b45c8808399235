import type { MovedPool, MovePoolRequest } from '../../envs/move-pool.ts'
import { overlap } from '../../envs/overlap.ts'
import { toAppError } from '../../errors.ts'
import type { Emit } from '../../operations/model.ts'
import type { Store } from '../../ports.ts'
import type { MachineRecord } from '../model.ts'

export interface SettlePoolDeps {
  store: Pick<Store, 'machines'>
  /** Where this machine's envs get their addresses, and the network other machines' may. */
  network: { pool: string; machines: string }
  /** Networks this machine routes to, but for those of its tunnels. */
  routes: () => Promise<string[]>
  /** Has the berthd there take its envs' addresses from elsewhere. */
  move: (machine: MachineRecord, request: MovePoolRequest) => Promise<MovedPool>
}

/**
 * Sees to it that no two machines give the same addresses to their envs: the one that comes last makes room. Returns its
 * pool; undefined where it does not say. Never throws: over SSH overlapping addresses do no harm.
 */
export async function settlePool(
  deps: SettlePoolDeps,
  machine: MachineRecord,
  emit: Emit,
): Promise<string | undefined> {
  const { name, pool, id } = machine
  if (pool === undefined) return undefined
  const others = (await deps.store.machines()).filter((one) => one.id !== id && one.pool !== undefined)
  const clear = [deps.network.pool, ...others.flatMap((one) => one.pool ?? []), ...(await deps.routes())]
  const clash = clear.find((one) => overlap(one, pool))
  if (clash === undefined) return pool
  const warn = (message: string) => emit({ type: 'warning', message })
  try {
    const { pool: now, fixed, envs } = await deps.move(machine, { clear, within: deps.network.machines })
    if (fixed || clear.some((one) => overlap(one, now))) {
      warn(
        `envs of ${name} get addresses of ${pool}, which overlap ${clash} here: set [network] pool in its config.toml`,
      )
      return pool
    }
    emit({ type: 'output', line: `new envs of ${name} get addresses of ${now}: ${pool} is in use here` })
    for (const env of envs)
      emit({
        type: 'output',
        line: `${env.project}/${env.name} there keeps ${env.subnet} until it is down and comes up again`,
      })
    return now
  } catch (error) {
    warn(`envs of ${name} get addresses of ${pool}, which overlap ${clash} here: ${toAppError(error).message}`)
    return pool
  }
}
