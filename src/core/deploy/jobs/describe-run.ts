import { labels } from '../../labels.ts'
import {
  baseProject,
  type DescribeRequest,
  describeRunning,
  networkName,
  ownNetworks,
  servicesOf,
} from '../compose-projects.ts'
import type { AppRecord } from '../model.ts'

/** Compose project of one run. */
export const runProject = (app: Pick<AppRecord, 'name' | 'id'>, run: string) => `${app.name}-${app.id}-run-${run}`

/** The one service of that project: not the service's own name, by which the others would find it. */
const serviceName = 'run'

/**
 * A run of a program with the image, volumes and secrets of a service, in the app's networks. What never changes its name
 * comes first: a deploy meanwhile takes the others away.
 */
export function describeRun(
  request: DescribeRequest & { live: string | null },
  { run, service, command }: { run: string; service: string; command: readonly string[] | null },
): object {
  const { app, bundle, homeId, live } = request
  const definition = bundle.model.services[service] ?? {}
  const { service: made, volumes, ...files } = describeRunning(request, service)
  const stays = ownNetworks(bundle, servicesOf(bundle, 'in-place'))
  const passes = ownNetworks(bundle, servicesOf(bundle, 'beside'))
  const networks = Object.keys(definition.networks ?? { default: null }).flatMap((key) => {
    const external = bundle.model.networks?.[key]
    if (external?.external) return [[key, external] as const]
    const project = stays.includes(key) ? baseProject(app) : passes.includes(key) ? live : null
    return project === null ? [] : [[key, { name: networkName(project, key), external: true }] as const]
  })
  const isJoined = definition.network_mode !== undefined
  return {
    name: runProject(app, run),
    services: {
      [serviceName]: {
        ...made,
        ...(isJoined || networks.length === 0
          ? {}
          : { networks: Object.fromEntries(networks.map(([key]) => [key, null])) }),
        ...(command === null ? {} : { command: command.map((word) => word.replaceAll('$', '$$$$')) }),
        restart: 'no',
        labels: { [labels.appHome]: homeId, [labels.run]: run, [labels.runApp]: app.id },
      },
    },
    ...(isJoined ? {} : { networks: Object.fromEntries(networks) }),
    volumes,
    ...files,
  }
}
