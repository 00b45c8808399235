import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import type { ComposeIpamConfig, ComposeModel, ComposeNetwork } from '../../ports/compose-model.ts'
import type { PlannedNetwork } from '../model.ts'
import { prefixFor, type SubnetNeed, splitBlock } from '../subnets.ts'
import { moveAddresses, moveIpv6, offsetIn, upperHalf, usualGateway } from './addresses.ts'

/** A network of the env: what the engine will know it as, and where its fixed addresses went. */
export interface IsolatedNetwork extends PlannedNetwork {
  /** The network as the override writes it, without labels. */
  definition: ComposeNetwork
  /** Address in the user's files → address in this env; IPv4 and IPv6. */
  moved: Map<string, string>
}

/** Fixed addresses farther out than this are moved closer, so that one of them does not cost a whole /24. */
const farthestKept = 31

/** What is known of the env that its networks are made from. */
export interface NetworkRequest {
  composeProject: string
  subnet: string
  homeId: string
  id: string
  /** Subnets that networks of the env have now, by key. */
  existingSubnets: Readonly<Record<string, string>>
}

/** Prefix length of the smallest block that holds every network of this model. */
export function requiredPrefix(model: ComposeModel): number {
  return prefixFor(networkNeeds(model))
}

/** Gives every network that can have one its own name and subnet. Throws SUBNET_EXHAUSTED. */
export function isolateNetworks(model: ComposeModel, request: NetworkRequest): IsolatedNetwork[] {
  const subnets = splitBlock(request.subnet, networkNeeds(model), request.existingSubnets)
  const ipv6 = ipv6Subnets(request, [...subnets.keys()])
  return [...subnets].map(([key, subnet]) => {
    const network = model.networks?.[key] ?? {}
    const moved = movedAddresses(model, key, subnet, ipv6.get(key) ?? '')
    const name = `${request.composeProject}_${key}`
    const definition = defineNetwork(network, { name, subnet, ipv6: ipv6.get(key) ?? '', moved })
    return { key, name, subnet, definition, moved }
  })
}

/** Whether a network is one that an env can have for itself. */
export function canIsolate(network: ComposeNetwork | null): boolean {
  if (network?.external) return !['host', 'none'].includes(network.name ?? '')
  return (
    ['', 'bridge', 'default'].includes(network?.driver ?? '') && ['', 'default'].includes(network?.ipam?.driver ?? '')
  )
}

function networkNeeds(model: ComposeModel): SubnetNeed[] {
  return Object.entries(model.networks ?? {})
    .filter(([, network]) => canIsolate(network))
    .map(([key, network]) => {
      const services = Object.values(model.services).filter((service) => service.networks && key in service.networks)
      const containers = services.reduce((sum, { deploy, scale }) => sum + (deploy?.replicas ?? scale ?? 1), 0)
      const fixed = fixedAddresses(model, key)
      // twice the containers, for replacements and one-off runs; then network, broadcast, gateway and one to spare
      const addresses = 2 * containers + 4
      if (fixed.length === 0) return { key, addresses }
      const original = originalSubnet(network)
      const offsets = fixed
        .map((address) => offsetIn(address, original) ?? 0)
        .filter((offset) => offset <= farthestKept)
      const lowerHalf = Math.max(...offsets.map((offset) => offset + 1), fixed.length + 3)
      return { key, addresses: 2 * Math.max(addresses, lowerHalf) }
    })
}

function originalSubnet(network: ComposeNetwork | null): string | undefined {
  return network?.ipam?.config?.find(({ subnet }) => subnet !== undefined && ipaddr.IPv4.isValidCIDR(subnet))?.subnet
}

/** Every address the files fix in a network: of services, gateways and reserved ones. IPv4, or IPv6 when asked. */
function fixedAddresses(model: ComposeModel, key: string, family: 'IPv4' | 'IPv6' = 'IPv4'): string[] {
  const config = model.networks?.[key]?.ipam?.config ?? []
  const attachments = Object.values(model.services).map((service) => service.networks?.[key])
  const addresses = [
    ...config.flatMap(({ gateway, aux_addresses: reserved }) => [gateway, ...Object.values(reserved ?? {})]),
    ...attachments.flatMap((attachment) => [attachment?.ipv4_address, attachment?.ipv6_address]),
  ]
  return addresses.filter((address) => address !== undefined && ipaddr[family].isValid(address)) as string[]
}

function movedAddresses(model: ComposeModel, key: string, subnet: string, ipv6: string): Map<string, string> {
  const original = originalSubnet(model.networks?.[key] ?? null)
  const ipv4 = moveAddresses(fixedAddresses(model, key), original, subnet)
  return new Map([...ipv4, ...fixedAddresses(model, key, 'IPv6').map((each) => [each, moveIpv6(each, ipv6)] as const)])
}

function defineNetwork(
  network: ComposeNetwork,
  to: { name: string; subnet: string; ipv6: string; moved: Map<string, string> },
): ComposeNetwork {
  const { external: _, driver_opts: options, labels: _labels, ipam, ...rest } = network
  const configs = ipam?.config ?? []
  const isIpv6 = ({ subnet }: ComposeIpamConfig) => subnet !== undefined && ipaddr.IPv6.isValidCIDR(subnet)
  const ipv4 = moveIpv4Config(configs.find((config) => !isIpv6(config)) ?? {}, to)
  const ipv6 = configs.filter(isIpv6).slice(0, 1)
  const wantsIpv6 = network.enable_ipv6 || ipv6.length > 0
  const keptOptions = Object.entries(options ?? {}).filter(([option]) => option !== 'com.docker.network.bridge.name')
  return {
    ...rest,
    name: to.name,
    ...(keptOptions.length > 0 && { driver_opts: Object.fromEntries(keptOptions) }),
    ipam: { ...ipam, config: wantsIpv6 ? [ipv4, moveIpv6Config(ipv6[0] ?? {}, to)] : [ipv4] },
  }
}

/** With fixed addresses in its lower half, the engine hands out the upper one: no container can be given one of them. */
function moveIpv4Config(
  config: ComposeIpamConfig,
  { subnet, moved }: { subnet: string; moved: Map<string, string> },
): ComposeIpamConfig {
  const hasFixed = [...moved.values()].some((address) => ipaddr.IPv4.isValid(address))
  if (!hasFixed) return { subnet }
  return { subnet, ip_range: upperHalf(subnet), gateway: usualGateway(subnet), ...moveFixed(config, moved) }
}

function moveIpv6Config(
  config: ComposeIpamConfig,
  { ipv6, moved }: { ipv6: string; moved: Map<string, string> },
): ComposeIpamConfig {
  return { subnet: ipv6, ...moveFixed(config, moved) }
}

function moveFixed(
  { gateway, aux_addresses: reserved }: ComposeIpamConfig,
  moved: Map<string, string>,
): ComposeIpamConfig {
  const at = (address: string) => moved.get(address) ?? address
  return {
    ...(gateway !== undefined && { gateway: at(gateway) }),
    ...(reserved && {
      aux_addresses: Object.fromEntries(Object.entries(reserved).map(([host, one]) => [host, at(one)])),
    }),
  }
}

/**
 * A /64 for each network out of a /48 of the env's own: fd, then 40 bits that only this env has (RFC 4193), then 16 that
 * follow from the network's key, so that a network keeps its subnet when others come.
 */
function ipv6Subnets({ homeId, id }: NetworkRequest, keys: readonly string[]): Map<string, string> {
  const site = createHash('sha256').update(`${homeId}/${id}`).digest().subarray(0, 5)
  const used = new Set<number>()
  const subnets = keys.toSorted().map((key) => {
    let number = createHash('sha256').update(key).digest().readUInt16BE(0)
    while (used.has(number)) number = (number + 1) % 65_536
    used.add(number)
    const bytes = [0xfd, ...site, number >> 8, number & 0xff, ...Array.from({ length: 8 }, () => 0)]
    return [key, `${ipaddr.fromByteArray(bytes).toString()}/64`] as const
  })
  return new Map(subnets)
}
