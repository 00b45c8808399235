import { overlap } from '../../envs/overlap.ts'
import type { Tailnet } from '../../ports/tailnet.ts'
import type { MachineRecord } from '../model.ts'

interface RoutesBesideDeps {
  tailnet: Pick<Tailnet, 'read'>
  routesBeside: (devices: readonly string[]) => Promise<string[]>
  /** The machine's node in its tailnet, if it is in one. */
  nodeOf: () => Promise<string | null>
}

/**
 * Networks this machine routes to, but for those that lead to the machine itself: by a tunnel of ours (`device`), or by the
 * tailnet, where its own pool is routed once it was approved and would seem to be somebody else's.
 */
export async function routesBesideTailnet(
  { tailnet, routesBeside, nodeOf }: RoutesBesideDeps,
  { pool }: MachineRecord,
  device: string,
): Promise<string[]> {
  const routes = await routesBeside([device])
  if (pool === undefined || !routes.some((one) => overlap(one, pool))) return routes
  const reading = await tailnet.read().catch(() => undefined)
  if (reading === undefined || reading.device === null) return routes
  const [node, beside] = await Promise.all([nodeOf().catch(() => null), routesBeside([device, reading.device])])
  return [...beside, ...reading.peers.filter((peer) => peer.node !== node).flatMap((peer) => peer.routes)]
}
