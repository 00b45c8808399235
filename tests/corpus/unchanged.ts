import { imageKey } from '../../src/core/envs/isolation/images.ts'
import type { ComposeModel, ComposeService } from '../../src/core/ports/compose-model.ts'

type Tree = Record<string, unknown>

/**
 * A canonical model without what isolation is allowed to change, and nothing less. The model as the user has it and the
 * isolated one are equal after this when they differ in names, labels of Berth, fixed host ports, addresses and built
 * images only, and when every container that had a name of its own still answers to it.
 */
export function withoutIsolation(model: ComposeModel, original: ComposeModel): Tree {
  const services = Object.entries(original.services)
  const built = services.flatMap(([, { build, image }]) => (build ? [image ?? [], build.tags ?? []].flat() : []))
  const facts: Facts = {
    containers: new Map(
      services.flatMap(([name, service]) => (service.container_name ? [[service.container_name, name] as const] : [])),
    ),
    built: new Set(built.map(imageKey)),
  }
  return {
    ...model,
    name: '',
    services: Object.fromEntries(
      Object.entries(model.services).map(([name, service]) => {
        const usesBuilt = facts.built.has(imageKey(original.services[name]?.image ?? ''))
        return [name, stripService(service, facts, usesBuilt)]
      }),
    ),
    networks: mapValues(model.networks ?? {}, (network) => stripNetwork((network ?? {}) as Tree)),
    volumes: mapValues(model.volumes ?? {}, (volume) => stripNamed((volume ?? {}) as Tree)),
    configs: mapValues(model.configs ?? {}, (config) => ({ ...config, name: '' })),
    secrets: mapValues(model.secrets ?? {}, (secret) => ({ ...secret, name: '' })),
  }
}

/** Of the model as the user has it. */
interface Facts {
  /** Fixed container name → service. */
  containers: ReadonlyMap<string, string>
  /** Images that its services build, by `imageKey`. */
  built: ReadonlySet<string>
}

function stripService(service: ComposeService, { containers }: Facts, usesBuilt: boolean): Tree {
  const {
    container_name: container,
    labels,
    ports,
    expose,
    networks,
    image,
    build,
    dns,
    extra_hosts: hosts,
    links = [],
    external_links: external = [],
    ...rest
  } = service
  const follow = (value: unknown) => (typeof value === 'string' ? followContainer(value, containers) : value)
  const linkOf = (link: string) => (link.includes(':') ? link : `${link}:${link}`)
  const followedLinks = external.map(linkOf).map((link) => {
    const [container = '', alias = ''] = link.split(':')
    return containers.has(container) ? `${containers.get(container)}:${alias}` : link
  })
  return {
    ...rest,
    labels: withoutOurs(labels),
    ports: (ports ?? []).filter(({ published }) => published === undefined || published === '0'),
    exposed: exposedPorts({ ports, expose }),
    networks: mapValues(networks ?? {}, (attachment) => {
      const { ipv4_address: ipv4, ipv6_address: ipv6, aliases = [], ...others } = attachment ?? {}
      return {
        ...others,
        hasIpv4: ipv4 !== undefined,
        hasIpv6: ipv6 !== undefined,
        aliases: [...new Set([...aliases, ...(container === undefined ? [] : [container])])],
      }
    }),
    image: usesBuilt ? 'built' : image,
    ...(build && { build: { ...build, labels: withoutOurs(build.labels), tags: (build.tags ?? []).length } }),
    ...(dns && { dns: dns.length }),
    ...(Array.isArray(hosts) && { extra_hosts: hosts.map((entry) => entry.split(/[=:]/)[0]) }),
    network_mode: follow(service.network_mode),
    pid: follow(service.pid),
    ipc: follow(service.ipc),
    volumes_from: (service.volumes_from ?? []).map((entry) =>
      followContainer(entry, containers).replace(/^service:/, ''),
    ),
    links: [...links.map(linkOf), ...followedLinks].sort(),
    depends_on: undefined,
    needs: needsOf(service),
  }
}

/** What the container says it listens on: published ports count as exposed, and stay so when they are published no more. */
function exposedPorts({ ports = [], expose = [] }: Pick<ComposeService, 'ports' | 'expose'>): string[] {
  const named = expose.map((entry) => (String(entry).includes('/') ? String(entry) : `${entry}/tcp`))
  return [...new Set([...named, ...ports.map(({ target, protocol = 'tcp' }) => `${target}/${protocol}`)])].sort()
}

/** Compose adds what links and shared namespaces imply to `depends_on`; what is said there itself must stay. */
function needsOf({ depends_on: needs = {} }: ComposeService): Tree {
  return Object.fromEntries(
    Object.entries(needs).filter(([, { condition, restart }]) => !(condition === 'service_started' && restart)),
  )
}

function followContainer(value: string, containers: ReadonlyMap<string, string>): string {
  const [, container = '', mode = ''] = /^container:([^:]+)(:.*)?$/.exec(value) ?? []
  return containers.has(container) ? `service:${containers.get(container)}${mode}` : value
}

function stripNetwork(network: Tree): Tree {
  const { ipam, driver_opts: options, ...rest } = stripNamed(network)
  const { config = [], ...ipamRest } = (ipam ?? {}) as { config?: Tree[] }
  const { 'com.docker.network.bridge.name': _, ...kept } = (options ?? {}) as Tree
  const reserved = config.flatMap((each) => Object.keys((each['aux_addresses'] ?? {}) as Tree))
  return {
    ...rest,
    options: kept,
    ipam: ipamRest,
    reserved,
  }
}

function stripNamed({ labels, ...network }: Tree): Tree {
  const { name: _name, external: _external, ...rest } = network
  return { ...rest, labels: withoutOurs(labels as Record<string, string> | undefined) }
}

function withoutOurs(labels: Record<string, string> | undefined): Tree {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !key.startsWith('dev.berth.')))
}

function mapValues<T>(items: Record<string, T>, map: (item: T) => unknown): Tree {
  return Object.fromEntries(Object.entries(items).map(([key, item]) => [key, map(item)]))
}
