import ipaddr from 'ipaddr.js'
import type { ComposeModel } from '../../src/core/ports/compose-model.ts'

/** What a project takes hold of on a machine: names and numbers that no second project could have as well. */
export interface Held {
  hostPorts: string[]
  containerNames: string[]
  networkNames: string[]
  /** CIDR, IPv4 and IPv6. */
  subnets: string[]
  bridges: string[]
  volumeNames: string[]
  /** References that its builds would write. */
  images: string[]
}

/** Everything this model would take hold of; networks and volumes that are not its own to make (external) included. */
export function heldBy(model: ComposeModel): Held {
  const services = Object.entries(model.services)
  const networks = Object.entries(model.networks ?? {})
  const publishedOf = (service: ComposeModel['services'][string]) =>
    (service.ports ?? []).filter(({ published }) => published !== undefined && published !== '0')
  return {
    hostPorts: services.flatMap(([, service]) =>
      publishedOf(service).map(({ published, protocol }) => `${published}/${protocol}`),
    ),
    containerNames: services.flatMap(([, service]) => service.container_name ?? []),
    networkNames: networks.map(([key, network]) => network?.name ?? key),
    subnets: networks.flatMap(([, network]) => (network?.ipam?.config ?? []).flatMap(({ subnet }) => subnet ?? [])),
    bridges: networks.flatMap(([, network]) => network?.driver_opts?.['com.docker.network.bridge.name'] ?? []),
    volumeNames: Object.entries(model.volumes ?? {}).map(([key, volume]) => volume?.name ?? key),
    images: services.flatMap(([, { build, image }]) => (build ? [image ?? [], build.tags ?? []].flat() : [])),
  }
}

/** What both hold: empty when the two could run side by side. */
export function heldByBoth(a: Held, b: Held): string[] {
  const same = (Object.keys(a) as (keyof Held)[])
    .filter((kind) => kind !== 'subnets')
    .flatMap((kind) => a[kind].filter((one) => b[kind].includes(one)).map((one) => `${kind}: ${one}`))
  const overlapping = a.subnets.flatMap((one) =>
    b.subnets.filter((other) => overlap(one, other)).map((other) => `subnets: ${one} and ${other}`),
  )
  return [...same, ...overlapping]
}

/** Subnets of one project that overlap each other. */
export function overlapsWithin({ subnets }: Held): string[] {
  return subnets.flatMap((one, at) =>
    subnets
      .slice(at + 1)
      .filter((other) => overlap(one, other))
      .map((other) => `${one} and ${other}`),
  )
}

function overlap(a: string, b: string): boolean {
  const [one, other] = [ipaddr.parseCIDR(a), ipaddr.parseCIDR(b)]
  if (one[0].kind() !== other[0].kind()) return false
  const prefix = Math.min(one[1], other[1])
  return one[0].match([other[0], prefix] as never)
}
