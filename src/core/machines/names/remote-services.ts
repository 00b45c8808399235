import { isIPv4 } from 'node:net'
import type { ServiceName } from '../../names/list-names.ts'
import type { NamedEnv } from '../../names/model.ts'

/** One port of a service there, and where it is to be here. */
export interface PortForward {
  /** `127.x.y.z:port` */
  here: string
  /** `address:port` */
  there: string
}

/** How a machine's services are reached. */
export interface RemoteWays {
  /** A service's address of this machine, by its key. */
  addressOf: (key: string) => string
  /** Whether this process may listen on ports below 1024. */
  asRoot: boolean
  /** Whether packets to this address of a container there get there by themselves. */
  isRouted: (address: string) => boolean
}

/** Ports below it take root; they are listened on this much higher. */
const firstFreePort = 1024
const raisedBy = 10_000

/**
 * What a machine says of its services, as names and forwards of this one. Nothing of it is trusted: what is no address or
 * port is left out. `addressOf` gives a service's address here.
 */
export function remoteServices(
  names: readonly Pick<ServiceName, 'project' | 'env' | 'service' | 'ingress' | 'addresses' | 'ports'>[],
  { addressOf, asRoot, isRouted }: RemoteWays,
): { envs: NamedEnv[]; forwards: PortForward[] } {
  const envs = new Map<string, NamedEnv>()
  const forwards: PortForward[] = []
  for (const { project, env, service, ingress, addresses, ports } of names) {
    const open = ports.filter((port) => Number.isInteger(port) && port > 0 && port <= 65_535)
    const known = envs.get(`${project}/${env}`)
    const named = known ?? { project, env, createdAt: '', ingress: null, extraNames: [], services: [] }
    envs.set(`${project}/${env}`, named)
    if (ingress) named.ingress = service
    const there = addresses.filter((address) => isIPv4(address))
    const routed = there.filter((address) => isRouted(address))
    if (routed.length > 0) {
      named.services.push({ service, ipv4: routed, ipv6: [], ports: open })
      continue
    }
    const address = addressOf(`${project}/${env}/${service}`)
    const portHere = (port: number) => (asRoot || port >= firstFreePort ? port : port + raisedBy)
    named.services.push({ service, ipv4: there.length === 0 ? [] : [address], ipv6: [], ports: open.map(portHere) })
    for (const first of there.slice(0, 1))
      forwards.push(...open.map((port) => ({ here: `${address}:${portHere(port)}`, there: `${first}:${port}` })))
  }
  return { envs: [...envs.values()], forwards }
}
