import { overlap } from '../envs/overlap.ts'
import type { CareDeps, Fault } from './model.ts'

/** Machines whose envs may get the addresses of another one's: a tunnel could lead to only one of them. */
export async function checkPools({ store, network }: CareDeps): Promise<Fault[]> {
  const machines = await store.machines()
  return machines.flatMap(({ name, pool, id, destination }, at): Fault[] => {
    if (pool === undefined) return []
    const others = machines.slice(0, at).filter((one) => one.id !== id && one.pool !== undefined)
    const clash = [{ name: 'this machine', pool: network.pool }, ...others].find((one) => overlap(one.pool ?? '', pool))
    if (clash === undefined) return []
    return [
      {
        kind: 'pool-clash',
        subject: name,
        problem: `its envs get addresses of ${pool}, which overlap those of ${clash.name} (${clash.pool})`,
        remedy: `berth connect ${destination} --name ${name}`,
        severity: 'warning',
      },
    ]
  })
}
