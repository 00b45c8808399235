import { labels } from '../labels.ts'
import type { ComposeModel, ComposeMount, ComposeService } from '../ports/compose-model.ts'
import type { ReleaseBundle } from './bundle.ts'
import type { AppRecord, DeploymentRecord } from './model.ts'
import { treeSource } from './trees.ts'

/** Network through which the machine's ingress reaches the apps; key of the compose files. */
export const ingressNetwork = 'berth_ingress'

/** What the two compose projects of an app are described from. */
export interface DescribeRequest {
  app: AppRecord
  deployment: Pick<DeploymentRecord, 'id' | 'release' | 'subnets'>
  bundle: ReleaseBundle
  homeId: string
  /** Absolute path of a tree's copy on this machine. */
  treePath: (hash: string, source: string) => string
  /** Absolute path of a directory for data that the project keeps beside itself (`./data`). */
  dataPath: (source: string) => string
  /** The engine's name of the network the ingress is in. */
  ingressNetworkName: string
}

/** Compose project of what is replaced in place, and of the app's volumes: it never changes its name. */
export const baseProject = (app: Pick<AppRecord, 'name' | 'id'>) => `${app.name}-${app.id}`

/** Compose project of what starts beside the one before. */
export const besideProject = (app: Pick<AppRecord, 'name' | 'id'>, deployment: string) =>
  `${app.name}-${app.id}-${deployment}`

/** The name the ingress knows a deployment's entrance by. */
export const entranceAlias = (app: Pick<AppRecord, 'name' | 'id'>, deployment: string | null) =>
  deployment === null ? baseProject(app) : besideProject(app, deployment)

/** Services that are replaced in place: as the user wrote them, under a project name that stays. null where there are none. */
export function describeBase(request: DescribeRequest): object | null {
  const { app, bundle } = request
  const names = servicesOf(bundle, 'in-place')
  if (names.length === 0) return null
  const project = baseProject(app)
  return {
    name: project,
    services: describeServices(request, names, { keepPorts: true, alias: entranceAlias(app, null) }),
    networks: networksOf(request, names, project, {}),
    volumes: mapNames(bundle.model.volumes ?? {}, (key, volume) => volumeOf(request, key, volume)),
    ...filesOf(request),
  }
}

/** Services that start beside the ones before them, with networks of their own; null where there are none. */
export function describeBeside(request: DescribeRequest): object | null {
  const { app, bundle, deployment } = request
  const names = servicesOf(bundle, 'beside')
  if (names.length === 0) return null
  const project = besideProject(app, deployment.id)
  return {
    name: project,
    services: describeServices(request, names, { keepPorts: false, alias: entranceAlias(app, deployment.id) }),
    networks: networksOf(request, names, project, deployment.subnets),
    volumes: mapNames(bundle.model.volumes ?? {}, (key, volume) => ({
      name: volumeName(app, key, volume),
      external: true,
    })),
    ...filesOf(request),
  }
}

/** One service as it stands in either project, without what makes it part of it: for a program that runs beside it, once. */
export function describeRunning(request: DescribeRequest, name: string) {
  const { bundle, app } = request
  const described = describeService(request, name, [name], { keepPorts: false, alias: '' })
  const {
    networks: _n,
    healthcheck: _h,
    depends_on: _d,
    links: _l,
    scale: _s,
    deploy: _r,
    hostname: _o,
    ...service
  } = described as typeof described & ComposeService
  return {
    service,
    volumes: mapNames(bundle.model.volumes ?? {}, (key, volume) => ({
      name: volumeName(app, key, volume),
      external: true,
    })),
    ...filesOf(request),
  }
}

/** Services of one class, in the order of the compose file. */
export function servicesOf({ services }: ReleaseBundle, mode: 'beside' | 'in-place'): string[] {
  return services.filter((service) => service.mode === mode).map(({ service }) => service)
}

/** Engine's name of a network of the app's, by its key. */
export const networkName = (project: string, key: string) => `${project}_${key}`

/** Keys of the networks that services are in, without those that are somebody else's. */
export function ownNetworks({ model }: ReleaseBundle, services: readonly string[]): string[] {
  const used = services.flatMap((name) => Object.keys(model.services[name]?.networks ?? {}))
  return [...new Set(used)].filter((key) => !model.networks?.[key]?.external)
}

interface ServiceOptions {
  keepPorts: boolean
  alias: string
}

function describeServices(request: DescribeRequest, names: readonly string[], options: ServiceOptions): object {
  return Object.fromEntries(names.map((name) => [name, describeService(request, name, names, options)]))
}

function describeService(request: DescribeRequest, name: string, names: readonly string[], options: ServiceOptions) {
  const { bundle, app, deployment, homeId } = request
  const service = bundle.model.services[name] ?? {}
  const { ports, container_name: containerName, build: _build, profiles: _profiles, ...kept } = service
  const isEntrance = bundle.entrance?.service === name
  const keepPorts = options.keepPorts && !isEntrance && ports !== undefined
  return {
    ...kept,
    image: bundle.images[name]?.reference ?? service.image,
    pull_policy: 'never',
    ...(keepPorts ? { ports } : {}),
    ...(options.keepPorts && containerName !== undefined ? { container_name: containerName } : {}),
    ...networksOfService(
      service,
      isEntrance ? options.alias : undefined,
      options.keepPorts ? undefined : containerName,
    ),
    ...(service.volumes && { volumes: service.volumes.map((mount) => mountOf(request, mount)) }),
    ...dependenciesWithin(service, names),
    labels: {
      ...service.labels,
      [labels.appHome]: homeId,
      [labels.app]: app.id,
      [labels.service]: name,
      // in a container that stays it would change with every release, and so recreate it
      ...(options.keepPorts ? {} : { [labels.deployment]: deployment.id, [labels.release]: deployment.release }),
    },
  }
}

/** A service with the machine's or another's network is in no network of its own. */
function networksOfService(service: ComposeService, alias: string | undefined, formerName: string | undefined): object {
  if (service.network_mode !== undefined) return {}
  const attachments = Object.entries(service.networks ?? { default: null }).map(([key, attachment]) => {
    const { ipv4_address: _4, ipv6_address: _6, ...rest } = attachment ?? {}
    const aliases = [...(rest.aliases ?? []), ...(formerName === undefined ? [] : [formerName])]
    return [key, aliases.length > 0 ? { ...rest, aliases } : Object.keys(rest).length > 0 ? rest : null] as const
  })
  const entrance = alias === undefined ? [] : [[ingressNetwork, { aliases: [alias] }] as const]
  return { networks: Object.fromEntries([...attachments, ...entrance]) }
}

/** What runs in the other project cannot be waited for by Compose: the order of the steps sees to it. */
function dependenciesWithin({ depends_on: needs, links }: ComposeService, names: readonly string[]): object {
  const kept = Object.entries(needs ?? {}).filter(([service]) => names.includes(service))
  const keptLinks = links?.filter((link) => names.includes(link.split(':')[0] ?? ''))
  return { ...(needs && { depends_on: Object.fromEntries(kept) }), ...(links && { links: keptLinks }) }
}

function mountOf({ treePath, dataPath, bundle }: DescribeRequest, mount: ComposeMount): ComposeMount {
  const source = treeSource(mount.source)
  if (mount.type !== 'bind' || source === undefined) return mount
  const tree = bundle.trees.find((one) => one.source === source)
  return { ...mount, source: tree ? treePath(tree.hash, source) : dataPath(source) }
}

/** Configs and secrets that are files of the project. */
function filesOf({ bundle, treePath }: DescribeRequest): object {
  const withPath = (files: ComposeModel['configs']) =>
    mapNames(files ?? {}, (_, file) => {
      const source = treeSource(file?.file)
      const tree = bundle.trees.find((one) => one.source === source)
      return source !== undefined && tree ? { ...file, file: treePath(tree.hash, source) } : file
    })
  const { configs, secrets } = bundle.model
  return { ...(configs && { configs: withPath(configs) }), ...(secrets && { secrets: withPath(secrets) }) }
}

function networksOf(
  request: DescribeRequest,
  services: readonly string[],
  project: string,
  subnets: Record<string, string>,
): object {
  const { bundle, app, homeId, ingressNetworkName } = request
  const used = new Set(services.flatMap((name) => Object.keys(bundle.model.services[name]?.networks ?? {})))
  const entries = [...used].map((key) => {
    const network = bundle.model.networks?.[key] ?? {}
    if (network.external) return [key, network] as const
    const { ipam: _ipam, ...rest } = network
    const subnet = subnets[key]
    const made = {
      ...rest,
      name: networkName(project, key),
      ...(subnet === undefined ? {} : { ipam: { config: [{ subnet }] } }),
      labels: { ...network.labels, [labels.appHome]: homeId, [labels.app]: app.id },
    }
    return [key, made] as const
  })
  const hasEntrance = bundle.entrance !== null && services.includes(bundle.entrance.service)
  const entrance = hasEntrance ? [[ingressNetwork, { name: ingressNetworkName, external: true }] as const] : []
  return Object.fromEntries([...entries, ...entrance])
}

type Volume = NonNullable<ComposeModel['volumes']>[string]

function volumeOf({ app, homeId }: DescribeRequest, key: string, volume: Volume) {
  if (volume?.external) return volume
  return {
    ...volume,
    name: volumeName(app, key, volume),
    labels: { ...volume?.labels, [labels.appHome]: homeId, [labels.app]: app.id },
  }
}

/**
 * Engine's name of a volume of the app's. A name the user gave it stays: the data is there. Compose names the others after
 * the project it saw them in.
 */
export function volumeName(app: AppRecord, key: string, volume: Volume): string {
  const given = volume?.name
  return volume?.external || (given !== undefined && !given.endsWith(`_${key}`))
    ? (given ?? key)
    : `${baseProject(app)}_${key}`
}

const mapNames = <T, R>(record: Readonly<Record<string, T>>, map: (key: string, value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(key, value)]))
