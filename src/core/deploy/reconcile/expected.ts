import { labels } from '../../labels.ts'
import type { ComposeService } from '../../ports/compose-model.ts'
import type { ReleaseBundle } from '../bundle.ts'
import { baseProject, entranceAlias, networkName, ownNetworks, servicesOf, volumeName } from '../compose-projects.ts'
import type { AppRecord, DeploymentRecord, ServicePlan } from '../model.ts'

/** Containers of one service as the live release says. */
export interface ExpectedService {
  service: string
  mode: ServicePlan['mode']
  /** Compose project it runs in. */
  project: string
  count: number
  imageId: string | undefined
  /** Compose's digest of its configuration; undefined where it could not be asked. */
  hash: string | undefined
  labels: Record<string, string>
  networks: { name: string; aliases: string[] }[]
  /** It may have come to a good end by itself: a job. */
  mayEnd: boolean
}

/** Everything of an app that should be on a machine. */
export interface Expected {
  services: ExpectedService[]
  networks: { name: string; mode: ServicePlan['mode'] }[]
  /** By engine's name. */
  volumes: { name: string; services: string[] }[]
}

interface ExpectedRequest {
  app: AppRecord
  live: DeploymentRecord
  bundle: ReleaseBundle
  homeId: string
  ingressNetworkName: string
  /** Compose project → service → digest. */
  hashes: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** What the live release of an app makes on a machine. */
export function expectedOf(request: ExpectedRequest): Expected {
  const { app, live, bundle } = request
  const services = bundle.services.map((plan) => serviceOf(request, plan))
  const base = baseProject(app)
  const networksIn = (mode: ServicePlan['mode'], project: string | null) =>
    project === null || servicesOf(bundle, mode).length === 0
      ? []
      : ownNetworks(bundle, servicesOf(bundle, mode)).map((key) => ({ name: networkName(project, key), mode }))
  const volumes = Object.entries(bundle.model.volumes ?? {})
    .filter(([, volume]) => !volume?.external)
    .map(([key, volume]) => ({
      name: volumeName(app, key, volume),
      services: bundle.services.flatMap(({ service }) =>
        bundle.model.services[service]?.volumes?.some(({ type, source }) => type === 'volume' && source === key)
          ? [service]
          : [],
      ),
    }))
    .filter(({ services: users }) => users.length > 0)
  return {
    services,
    networks: [...networksIn('in-place', base), ...networksIn('beside', live.composeProject)],
    volumes,
  }
}

function serviceOf(request: ExpectedRequest, { service, mode }: ServicePlan): ExpectedService {
  const { app, live, bundle, homeId, hashes } = request
  const project = mode === 'in-place' ? baseProject(app) : (live.composeProject ?? baseProject(app))
  const definition = bundle.model.services[service] ?? {}
  return {
    service,
    mode,
    project,
    count: definition.scale ?? definition.deploy?.replicas ?? 1,
    imageId: bundle.images[service]?.id,
    hash: hashes[project]?.[service],
    labels: {
      [labels.appHome]: homeId,
      [labels.app]: app.id,
      [labels.service]: service,
      ...(mode === 'beside' && { [labels.deployment]: live.id, [labels.release]: live.release }),
    },
    networks: networksOf(request, service, mode, project),
    mayEnd: bundle.entrance?.service !== service && mayEnd(definition),
  }
}

/** A service that nobody starts again and nobody asks for health can be a job that is done. */
const mayEnd = ({ restart, healthcheck }: ComposeService) =>
  (restart === undefined || restart === 'no' || restart.startsWith('on-failure')) && healthcheck === undefined

/** Its own networks, those of the other project that it is introduced to, and the ingress's. */
function networksOf(
  { app, live, bundle, ingressNetworkName }: ExpectedRequest,
  service: string,
  mode: ServicePlan['mode'],
  project: string,
): ExpectedService['networks'] {
  const definition = bundle.model.services[service] ?? {}
  if (definition.network_mode !== undefined) return []
  const other = mode === 'in-place' ? live.composeProject : baseProject(app)
  const shared = ownNetworks(bundle, servicesOf(bundle, mode === 'in-place' ? 'beside' : 'in-place'))
  const own = Object.entries(definition.networks ?? { default: null }).flatMap(([key, attachment]) => {
    const aliases = [service, ...(attachment?.aliases ?? [])]
    const network = bundle.model.networks?.[key]
    if (network?.external) return [{ name: network.name ?? key, aliases }]
    const names = [project, ...(other !== null && shared.includes(key) ? [other] : [])]
    return names.map((name) => ({ name: networkName(name, key), aliases }))
  })
  if (bundle.entrance?.service !== service) return own
  const alias = entranceAlias(app, mode === 'in-place' ? null : live.id)
  return [...own, { name: ingressNetworkName, aliases: [alias] }]
}
