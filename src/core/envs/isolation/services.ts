import type { ComposeBuild, ComposeModel, ComposePort, ComposeService } from '../../ports/compose-model.ts'
import { imageKey } from './images.ts'
import { type ContainerLimits, limitService } from './limits.ts'
import type { IsolatedNetwork } from './networks.ts'
import { remove, replaceBy } from './override-yaml.ts'

/** What a service's part of the override is made from. */
export interface ServiceRequest {
  model: ComposeModel
  networks: readonly IsolatedNetwork[]
  /** New image references by `imageKey`. */
  images: ReadonlyMap<string, string>
  limits: ContainerLimits
  /** Services that come from elsewhere and are left out of this env. */
  shared: readonly string[]
  labels: Record<string, string>
}

/** What the override says of one service: names, ports and addresses its own; everything else as it was. */
export function isolateService(service: ComposeService, request: ServiceRequest): object {
  const { labels } = request
  const image = service.image === undefined ? undefined : request.images.get(imageKey(service.image))
  return {
    labels,
    ...(service.build && { build: isolateBuild(service.build, request) }),
    ...(image !== undefined && { image }),
    ...(service.container_name !== undefined && { container_name: remove() }),
    ...isolatePorts(service),
    ...isolateAttachments(service, request),
    ...moveHostEntries(service, request),
    ...followContainers(service, request),
    ...withoutShared(service, request),
    ...limitService(service, request.limits),
  }
}

function isolateBuild({ tags }: ComposeBuild, { images, labels }: ServiceRequest): object {
  return { labels, ...(tags && { tags: replaceBy(tags.map((tag) => images.get(imageKey(tag)) ?? tag)) }) }
}

/** A port without a fixed host port is the engine's to choose; the others lose theirs. */
export function hasFixedHostPort({ published }: ComposePort): boolean {
  return published !== undefined && published !== '' && published !== '0'
}

/** A port that is no longer published stays exposed, as it was: proxies and the like look for that. */
function isolatePorts({ ports = [], expose = [] }: ComposeService): object {
  if (!ports.some(hasFixedHostPort)) return {}
  const kept = ports.filter((port) => !hasFixedHostPort(port))
  const freed = ports.filter(hasFixedHostPort).map(({ target, protocol = 'tcp' }) => `${target}/${protocol}`)
  const known = new Set(expose.map((entry) => (/\//.test(String(entry)) ? String(entry) : `${entry}/tcp`)))
  const exposed = [...new Set(freed)].filter((port) => !known.has(port))
  return {
    ports: kept.length > 0 ? replaceBy(kept) : remove(),
    ...(exposed.length > 0 && { expose: exposed }),
  }
}

/** Other services may know this one by its container's name: that stays, as an alias; fixed addresses move. */
function isolateAttachments(service: ComposeService, { networks }: ServiceRequest): object {
  const attachments = Object.entries(service.networks ?? {}).flatMap(([key, attachment]) => {
    const network = networks.find((each) => each.key === key)
    if (!network) return []
    const { ipv4_address: ipv4, ipv6_address: ipv6 } = attachment ?? {}
    const entry = {
      ...(service.container_name !== undefined && { aliases: [service.container_name] }),
      ...(ipv4 && { ipv4_address: network.moved.get(ipv4) ?? ipv4 }),
      ...(ipv6 && { ipv6_address: network.moved.get(ipv6) ?? ipv6 }),
    }
    return Object.keys(entry).length > 0 ? [[key, entry] as const] : []
  })
  return attachments.length > 0 ? { networks: Object.fromEntries(attachments) } : {}
}

/** `dns` and `extra_hosts` that name an address that moved. */
function moveHostEntries({ dns, extra_hosts: hosts }: ComposeService, { networks }: ServiceRequest): object {
  const moved = new Map(networks.flatMap((network) => [...network.moved]))
  const list = Array.isArray(hosts) ? hosts : []
  const movedHosts = list.map((entry) => {
    const [, host = '', separator = '', address = ''] = /^([^=:]+)([=:])(.+)$/.exec(entry) ?? []
    return moved.has(address) ? `${host}${separator}${moved.get(address)}` : entry
  })
  return {
    ...(dns?.some((server) => moved.has(server)) && {
      dns: replaceBy(dns.map((server) => moved.get(server) ?? server)),
    }),
    ...(movedHosts.some((entry, index) => entry !== list[index]) && { extra_hosts: replaceBy(movedHosts) }),
  }
}

/** The service of this project whose container has that fixed name. */
export function serviceOfContainer(model: ComposeModel, container: string): string | undefined {
  return Object.entries(model.services).find(([, service]) => service.container_name === container)?.[0]
}

/** References to a container by a name that this project itself fixed become references to its service. */
function followContainers(service: ComposeService, { model }: ServiceRequest): object {
  const follow = (value: string | undefined) => {
    const container = /^container:(.+)$/.exec(value ?? '')?.[1]
    return container === undefined ? undefined : serviceOfContainer(model, container)
  }
  const entries = (['network_mode', 'pid', 'ipc'] as const).flatMap((key) => {
    const target = follow(service[key])
    return target === undefined ? [] : [[key, `service:${target}`] as const]
  })
  return {
    ...Object.fromEntries(entries),
    ...followVolumesFrom(service, model),
    ...followExternalLinks(service, model),
  }
}

function followVolumesFrom({ volumes_from: from = [] }: ComposeService, model: ComposeModel): object {
  const followed = from.map((entry) => {
    const [, container = '', mode = ''] = /^container:([^:]+)(:.*)?$/.exec(entry) ?? []
    const target = serviceOfContainer(model, container)
    return target === undefined ? entry : `${target}${mode}`
  })
  return followed.some((entry, index) => entry !== from[index]) ? { volumes_from: replaceBy(followed) } : {}
}

/** `external_links: [name:alias]` to a container of this very project is an ordinary link. */
function followExternalLinks({ external_links: links = [] }: ComposeService, model: ComposeModel): object {
  const own = links.flatMap((link) => {
    const [container = '', alias = container] = link.split(':')
    const target = serviceOfContainer(model, container)
    return target === undefined ? [] : [{ link, as: `${target}:${alias}` }]
  })
  if (own.length === 0) return {}
  const others = links.filter((link) => !own.some((each) => each.link === link))
  return { external_links: others.length > 0 ? replaceBy(others) : remove(), links: own.map(({ as }) => as) }
}

/** What comes from elsewhere cannot be waited for or linked to here. */
function withoutShared({ depends_on: needs = {}, links = [] }: ComposeService, { shared }: ServiceRequest): object {
  const keptNeeds = Object.entries(needs).filter(([service]) => !shared.includes(service))
  const keptLinks = links.filter((link) => !shared.includes(link.split(':')[0] ?? ''))
  return {
    ...(keptNeeds.length < Object.keys(needs).length && {
      depends_on: keptNeeds.length > 0 ? replaceBy(Object.fromEntries(keptNeeds)) : remove(),
    }),
    ...(keptLinks.length < links.length && { links: keptLinks.length > 0 ? replaceBy(keptLinks) : remove() }),
  }
}
