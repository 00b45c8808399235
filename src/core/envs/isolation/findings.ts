import type { ComposeModel, ComposeMount, ComposeNetwork, ComposeService } from '../../ports/compose-model.ts'
import type { IsolationFinding } from '../model.ts'
import type { IsolatedNetwork } from './networks.ts'
import { canIsolate } from './networks.ts'
import { serviceOfContainer } from './services.ts'

/** What findings are made from. */
export interface FindingsRequest {
  model: ComposeModel
  networks: readonly IsolatedNetwork[]
  /** Directory of which every env has a copy of its own. */
  workspace: string
}

type Found = Omit<IsolationFinding, 'subject'>

/** Everything that two envs of this project have in common whatever Berth does, each with what it means. */
export function findShared(request: FindingsRequest): IsolationFinding[] {
  const { services, networks = {}, volumes = {}, configs = {}, secrets = {} } = request.model
  return [
    ...each(services, (service) => [
      ...networkFindings(service, request),
      ...namespaceFindings(service, request),
      ...mountFindings(service, request),
      ...hardwareFindings(service),
      ...addressFindings(service, request),
    ]),
    ...each(networks, networkDriverFindings),
    ...each(volumes, (volume) => volumeFindings(volume?.driver_opts ?? {}, request)),
    ...each({ ...configs, ...secrets }, (file) => {
      if (file?.external) return [{ kind: 'outside-resource', value: file.name ?? 'external', meaning: swarmMeaning }]
      return file?.file === undefined ? [] : pathFindings(file.file, true, request)
    }),
  ]
}

const swarmMeaning = 'it is kept by a swarm, outside of every env, and Compose on one machine cannot read it'

function each<T>(items: Record<string, T>, find: (item: T) => Found[]): IsolationFinding[] {
  return Object.entries(items).flatMap(([subject, item]) => find(item).map((found) => ({ ...found, subject })))
}

function networkFindings({ network_mode: mode = '' }: ComposeService, { model }: FindingsRequest): Found[] {
  const [kind, target = ''] = mode.split(/:(.*)/s)
  if (kind === 'host')
    return [
      {
        kind: 'host-network',
        value: 'network_mode: host',
        meaning: 'its ports are those of the machine, so only one env can hold each of them',
      },
    ]
  if (kind === 'container' && serviceOfContainer(model, target) === undefined)
    return [
      {
        kind: 'outside-container',
        value: `network_mode: ${mode}`,
        meaning: `every env joins the network of the one container ${target}`,
      },
    ]
  if (['', 'none', 'service', 'container', 'default'].includes(kind ?? '')) return []
  return [
    {
      kind: 'host-network',
      value: `network_mode: ${mode}`,
      meaning: 'it is on a network of the machine, where containers of other envs can reach it',
    },
  ]
}

function namespaceFindings(service: ComposeService, { model }: FindingsRequest): Found[] {
  const found: Found[] = []
  for (const key of ['pid', 'ipc', 'uts', 'cgroup', 'userns_mode'] as const) {
    const value = service[key] ?? ''
    const container = /^container:(.+)$/.exec(value)?.[1]
    if (value === 'host') found.push({ kind: 'host-namespace', value: `${key}: host`, meaning: hostNamespaces[key] })
    if (container !== undefined && serviceOfContainer(model, container) === undefined)
      found.push({
        kind: 'outside-container',
        value: `${key}: ${value}`,
        meaning: `every env joins the one container ${container}`,
      })
  }
  const outside = (names: readonly string[]) => names.filter((name) => serviceOfContainer(model, name) === undefined)
  const links = (service.external_links ?? []).map((link) => link.split(':')[0] ?? '')
  const volumes = (service.volumes_from ?? []).flatMap((entry) => /^container:([^:]+)/.exec(entry)?.[1] ?? [])
  for (const name of outside(links))
    found.push({
      kind: 'outside-container',
      value: `external_links: ${name}`,
      meaning: `every env talks to the one container ${name}`,
    })
  for (const name of outside(volumes))
    found.push({
      kind: 'outside-container',
      value: `volumes_from: container:${name}`,
      meaning: `every env writes into the volumes of the one container ${name}`,
    })
  return found
}

const hostNamespaces = {
  pid: 'it sees and can signal every process of the machine, those of other envs too',
  ipc: 'its shared memory is that of the machine and of every other env',
  uts: 'its host name is that of the machine',
  cgroup: 'it sees the resource limits of the machine and of every other env',
  userns_mode: 'its users are those of the machine',
}

function mountFindings(service: ComposeService, request: FindingsRequest): Found[] {
  const binds = (service.volumes ?? []).filter(({ type, source }) => type === 'bind' && source !== undefined)
  const contexts = [service.build?.context, ...Object.values(service.build?.additional_contexts ?? {})]
  const builds = contexts.filter((context) => context?.startsWith('/')) as string[]
  return [
    ...binds.flatMap((bind) => bindFindings(bind, request)),
    ...builds.flatMap((context) => pathFindings(context, true, request)),
  ]
}

/** Clock settings that are the same for everything on a machine by nature. */
const harmlessPaths = ['/etc/localtime', '/etc/timezone', '/usr/share/zoneinfo']

function bindFindings({ source = '', read_only: readOnly = false }: ComposeMount, request: FindingsRequest): Found[] {
  if (/\/(?:docker|podman|containerd)\.sock$/.test(source))
    return [
      {
        kind: 'docker-socket',
        value: source,
        meaning: 'it sees and controls every container of the machine, those of other envs too',
      },
    ]
  if (readOnly && harmlessPaths.some((path) => source === path || source.startsWith(`${path}/`))) return []
  return pathFindings(source, readOnly, request)
}

function pathFindings(path: string, readOnly: boolean, { workspace }: FindingsRequest): Found[] {
  if (path === workspace || path.startsWith(`${workspace}/`)) return []
  const meaning = readOnly
    ? 'it lies outside the project: every env reads the same files'
    : 'it lies outside the project: every env writes to the same files'
  return [{ kind: 'host-path', value: path, meaning }]
}

function hardwareFindings({ privileged, devices = [], deploy }: ComposeService): Found[] {
  const wanted = deploy?.resources?.reservations?.devices ?? []
  return [
    ...(privileged
      ? [
          {
            kind: 'privileged',
            value: 'privileged: true',
            meaning: 'it can do to the machine what root can, to other envs too',
          } as const,
        ]
      : []),
    ...devices.map((device) => ({
      kind: 'device' as const,
      value: typeof device === 'string' ? device : (device.source ?? 'device'),
      meaning: 'every env uses the one device of the machine',
    })),
    ...wanted.map(({ capabilities = [] }) => ({
      kind: 'device' as const,
      value: capabilities.join(', ') || 'devices',
      meaning: 'every env uses the same device of the machine',
    })),
  ]
}

/** Addresses moved with their network, but text that spells one out is the program's own business. */
function addressFindings(
  { environment = {}, command, entrypoint }: ComposeService,
  { networks }: FindingsRequest,
): Found[] {
  const moved = networks.flatMap((network) => [...network.moved])
  const texts = [
    ...Object.entries(environment).map(([name, value]) => ({ at: `environment ${name}`, text: value ?? '' })),
    ...[command, entrypoint].flatMap((words) => (words ?? []).map((text) => ({ at: 'command', text }))),
  ]
  return texts.flatMap(({ at, text }) =>
    moved
      .filter(([from, to]) => from !== to && spells(text, from))
      .map(([from, to]) => ({
        kind: 'fixed-address' as const,
        value: `${from} in ${at}`,
        meaning: `that address is ${to} in this env; name the service instead`,
      })),
  )
}

function spells(text: string, address: string): boolean {
  const at = text.indexOf(address)
  return at >= 0 && !/[\d.:]/.test(text[at - 1] ?? ' ') && !/\d/.test(text[at + address.length] ?? ' ')
}

function networkDriverFindings(network: ComposeNetwork | null): Found[] {
  if (canIsolate(network)) return []
  if (network?.external)
    return [
      {
        kind: 'host-network',
        value: network.name ?? 'host',
        meaning: 'it is a network of the machine that every env is on',
      },
    ]
  const driver = network?.driver ?? network?.ipam?.driver ?? 'custom'
  return [
    {
      kind: 'network-driver',
      value: driver,
      meaning: 'its addresses belong to a network outside the machine: the env keeps those of the compose file',
    },
  ]
}

function volumeFindings(options: Record<string, string>, request: FindingsRequest): Found[] {
  const device = options['device']
  if (device === undefined || options['type'] === 'tmpfs') return []
  if (options['type'] === 'none' || /(?:^|,)r?bind(?:,|$)/.test(options['o'] ?? ''))
    return pathFindings(device, false, request)
  return [{ kind: 'shared-volume', value: device, meaning: 'every env reads and writes the same files there' }]
}
