import { labels } from '../labels.ts'
import type { ComposeModel, ComposeService } from '../ports/compose-model.ts'
import { findShared } from './isolation/findings.ts'
import { isolateImages } from './isolation/images.ts'
import type { ContainerLimits } from './isolation/limits.ts'
import { canIsolate, isolateNetworks } from './isolation/networks.ts'
import { remove, renderOverride, replaceBy } from './isolation/override-yaml.ts'
import { hasFixedHostPort, isolateService, type ServiceRequest } from './isolation/services.ts'
import { isolateVolumes, projectVolumes } from './isolation/volumes.ts'
import type { EnvRecord, IsolationFinding, PlannedNetwork } from './model.ts'

export { requiredPrefix } from './isolation/networks.ts'

/** What makes one env different from every other. */
export interface IsolationRequest {
  env: Pick<EnvRecord, 'id' | 'project' | 'name' | 'composeProject' | 'subnet' | 'shared' | 'workspace'>
  /** Identity of the BERTH_HOME the env belongs to. */
  homeId: string
  /** Volumes (keys of the compose file) that are meant to be used by several envs together. */
  sharedVolumes?: readonly string[]
  /** What each container may use at most; as the compose file says when absent. */
  limits?: ContainerLimits
  /** Subnets that networks of the env have now, by key: they keep them. */
  existingSubnets?: Readonly<Record<string, string>>
}

/** A service of the env as far as names and views need to know it before it runs. */
export interface IsolatedService {
  service: string
  /** Container ports (TCP): published ones first, then exposed ones, each in the order of the file. */
  ports: number[]
  /** Whether the user's files publish one of its ports on the machine. */
  publishes: boolean
  /** Empty: always started. */
  profiles: string[]
  /** The user's own labels. */
  labels: Record<string, string>
  shared: boolean
}

/** How a compose project becomes one env among many. */
export interface IsolationPlan {
  /** YAML text of the override: the last `--file`. Needs Compose 2.24 (`!reset`, `!override`). */
  override: string
  networks: PlannedNetwork[]
  services: IsolatedService[]
  findings: IsolationFinding[]
  /** Names of the volumes all envs of the project have together; they must be there before the first start. */
  projectVolumes: string[]
}

/**
 * Plans the isolation of a project from its canonical model (made with all profiles and the env's own compose project
 * name): what the override must say so that nothing but the findings is shared with another env, and nothing else
 * changes. Throws SUBNET_EXHAUSTED when its networks do not fit into the env's block (`requiredPrefix` says what would).
 */
export function isolate(model: ComposeModel, request: IsolationRequest): IsolationPlan {
  const { env, homeId, sharedVolumes = [], existingSubnets = {} } = request
  const networks = isolateNetworks(model, { ...env, homeId, existingSubnets })
  const ofProject = projectVolumes(model, { project: env.project, sharedVolumes })
  const volumes = isolateVolumes(model, { composeProject: env.composeProject, sharedVolumes })
  const images = isolateImages(model, env.composeProject)
  const labelled = (definition: object, theirs: Record<string, string> | undefined) =>
    replaceBy({ ...definition, labels: { ...theirs, ...envLabels(request) } })
  const content = {
    services: overrideServices(model, request, { networks, images }),
    networks: {
      ...mapKeys(networks, ({ key, definition }) => labelled(definition, model.networks?.[key]?.labels)),
      ...leftAloneNetworks(model, request),
    },
    volumes: {
      ...mapKeys(volumes, ({ key, definition }) => labelled(definition, model.volumes?.[key]?.labels)),
      ...mapKeys(ofProject, ({ name }) => replaceBy({ name, external: true })),
    },
  }
  const comment = `Made by berth for the env ${env.name} of ${env.project}; written anew by each berth up.`
  return {
    override: renderOverride(content, comment),
    networks: networks.map(({ key, name, subnet }) => ({ key, name, subnet })),
    projectVolumes: ofProject.map(({ name }) => name),
    services: describeServices(model, env.shared),
    findings: findShared({ model, networks, workspace: env.workspace }),
  }
}

function overrideServices(
  model: ComposeModel,
  request: IsolationRequest,
  made: Pick<ServiceRequest, 'networks' | 'images'>,
): object {
  const { shared } = request.env
  const { limits = { cpus: null, memoryBytes: null } } = request
  const labelsOf = (service: string) => ({ ...envLabels(request), [labels.service]: service })
  const services = Object.entries(model.services).map(([name, service]) => {
    const override = shared.includes(name)
      ? remove()
      : isolateService(service, { model, ...made, shared, limits, labels: labelsOf(name) })
    return [name, override] as const
  })
  return Object.fromEntries(services)
}

function mapKeys<T extends { key: string }>(items: readonly T[], value: (item: T) => unknown): Record<string, unknown> {
  return Object.fromEntries(items.map((item) => [item.key, value(item)]))
}

/** The labels on everything an env has in the engine. */
export function envLabels({ env, homeId }: Pick<IsolationRequest, 'env' | 'homeId'>): Record<string, string> {
  return { [labels.home]: homeId, [labels.env]: env.id, [labels.project]: env.project, [labels.name]: env.name }
}

/** Networks whose addresses are not Berth's to give (macvlan, overlay …): still the env's own by name and label. */
function leftAloneNetworks(model: ComposeModel, request: IsolationRequest): object {
  const keys = Object.entries(model.networks ?? {}).flatMap(([key, network]) =>
    canIsolate(network) || network?.external ? [] : { key },
  )
  return mapKeys(keys, ({ key }) => ({ name: `${request.env.composeProject}_${key}`, labels: envLabels(request) }))
}

/** The services of a model as names, views and the choice of the ingress know them. */
export function describeServices(model: ComposeModel, shared: readonly string[] = []): IsolatedService[] {
  return Object.entries(model.services).map(([name, service]) => describeService(name, service, shared))
}

function describeService(name: string, service: ComposeService, shared: readonly string[]): IsolatedService {
  const published = (service.ports ?? [])
    .filter(({ protocol = 'tcp' }) => protocol === 'tcp')
    .map(({ target }) => target)
  const exposed = (service.expose ?? []).flatMap((entry) => {
    const [, port, protocol = 'tcp'] = /^(\d+)(?:\/(\w+))?$/.exec(String(entry)) ?? []
    return port !== undefined && protocol === 'tcp' ? [Number(port)] : []
  })
  return {
    service: name,
    ports: [...new Set([...published, ...exposed])],
    publishes: (service.ports ?? []).some(hasFixedHostPort),
    profiles: service.profiles ?? [],
    labels: service.labels ?? {},
    shared: shared.includes(name),
  }
}
