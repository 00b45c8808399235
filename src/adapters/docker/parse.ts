import type { ContainerTimes } from '../../core/ports/engine.ts'
import type { EngineContainer, EngineEvent, EngineNetwork, EngineVolume } from '../../core/ports.ts'

/** One element of `GET /containers/json`. */
export interface ApiContainer {
  Id: string
  Names: string[] | null
  Image: string
  ImageID: string
  Created: number | string
  State: string
  /** `Up 5 minutes (healthy)`, `Exited (1) 3 minutes ago`. */
  Status: string
  Labels: Record<string, string> | null
  Ports: { PrivatePort: number; Type: string }[] | null
  HostConfig?: ApiHostConfig
  NetworkSettings?: {
    Networks?: Record<string, { IPAddress?: string; GlobalIPv6Address?: string } | null> | null
  }
}

/** `bridge`, `host`, `container:<id>`, a network's name. */
export interface ApiHostConfig {
  NetworkMode?: string
}

/** One element of `GET /networks`. */
export interface ApiNetwork {
  Id: string
  Name: string
  Driver: string
  Labels: Record<string, string> | null
  IPAM?: { Config?: { Subnet?: string }[] | null }
}

/** One element of `GET /events`. */
export interface ApiEvent {
  Type: string
  Action: string
  Actor: { ID: string; Attributes?: Record<string, string> | null }
}

/** States as Docker says them, and what Podman says beyond them. */
const states: Record<string, EngineContainer['state']> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  running: 'running',
  stopping: 'running',
  paused: 'paused',
  restarting: 'restarting',
  removing: 'removing',
  exited: 'exited',
  stopped: 'exited',
  dead: 'dead',
}

/** A container of the list as Berth knows it. */
export function parseContainer(raw: ApiContainer): EngineContainer {
  const networks = Object.entries(raw.NetworkSettings?.Networks ?? {}).map(
    ([name, at]) => [name, { ipv4: at?.IPAddress ?? '', ipv6: at?.GlobalIPv6Address ?? '' }] as const,
  )
  return {
    id: raw.Id,
    name: (raw.Names?.[0] ?? '').replace(/^\//, ''),
    image: raw.Image,
    imageId: raw.ImageID,
    state: states[raw.State] ?? 'dead',
    health: parseHealth(raw.Status),
    exitCode: parseExitCode(raw.Status),
    labels: raw.Labels ?? {},
    networks: Object.fromEntries(networks),
    networkOf: parseNetworkOwner(raw.HostConfig),
    ports: parsePorts(raw.Ports ?? []),
    createdAt: new Date(typeof raw.Created === 'number' ? raw.Created * 1000 : raw.Created).toISOString(),
  }
}

/** The container in whose networks another one is. */
export const parseNetworkOwner = (config: ApiHostConfig | undefined): string | null =>
  /^container:(.+)$/.exec(config?.NetworkMode ?? '')?.[1] ?? null

/** What an inspected container says of its past. */
export interface ApiState {
  StartedAt: string
  FinishedAt: string
}

/** The engine's times; it writes the year 1 for what has not happened. */
export function parseTimes({ StartedAt, FinishedAt }: ApiState): ContainerTimes {
  const parse = (text: string) => (text.startsWith('0001-') || text === '' ? null : Date.parse(text))
  return { startedAt: parse(StartedAt), endedAt: parse(FinishedAt) }
}

function parseHealth(status: string): EngineContainer['health'] {
  const word = /\((healthy|unhealthy|health: starting|starting)\)/.exec(status)?.[1]
  if (word === undefined) return 'none'
  return word === 'healthy' || word === 'unhealthy' ? word : 'starting'
}

function parseExitCode(status: string): number | null {
  const code = /^Exited \((-?\d+)\)/.exec(status)?.[1]
  return code === undefined ? null : Number(code)
}

/** Container ports, each once: one published on IPv4 and IPv6 stands twice in the list. */
export function parsePorts(raw: { PrivatePort: number; Type: string }[]): EngineContainer['ports'] {
  const seen = new Map<string, EngineContainer['ports'][number]>()
  for (const { PrivatePort: port, Type } of raw) {
    const protocol = Type === 'udp' || Type === 'sctp' ? Type : 'tcp'
    seen.set(`${port}/${protocol}`, { port, protocol })
  }
  return [...seen.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol))
}

/** A network of the list as Berth knows it. */
export function parseNetwork(raw: ApiNetwork): EngineNetwork {
  const subnets = (raw.IPAM?.Config ?? []).flatMap((config) => config.Subnet ?? [])
  return { id: raw.Id, name: raw.Name, driver: raw.Driver, subnets, labels: raw.Labels ?? {} }
}

/** One element of `GET /volumes`. */
export interface ApiVolume {
  Name: string
  /** Only where sizes were asked for. */
  UsageData?: { Size: number } | null
  Labels: Record<string, string> | null
}

/** A volume of the list as Berth knows it. */
export function parseVolume(raw: ApiVolume): EngineVolume {
  return { name: raw.Name, labels: raw.Labels ?? {} }
}

/** An event as Berth knows it; undefined for kinds it does not follow (image, plugin, daemon …). */
export function parseEvent(raw: ApiEvent): EngineEvent | undefined {
  const { Type: type, Action: action, Actor } = raw
  if (type !== 'container' && type !== 'network' && type !== 'volume') return undefined
  return { type, action, id: Actor.ID, attributes: Actor.Attributes ?? {} }
}

/**
 * References of local images with the id behind each, also in the shorter forms people write: `redis` for
 * `redis:latest`, and (Podman spells them out) for `docker.io/library/redis:latest` and `localhost/redis:latest`.
 */
export function parseImages(raw: { Id: string; RepoTags: string[] | null }[]): Map<string, string> {
  const forms = (tag: string) => {
    const short = tag.replace(/^(?:localhost\/|docker\.io\/(?:library\/)?)/, '')
    return [tag, short].flatMap((form) => [form, form.replace(/:latest$/, '')])
  }
  return new Map(raw.flatMap(({ Id, RepoTags }) => (RepoTags ?? []).flatMap(forms).map((tag) => [tag, Id] as const)))
}

/**
 * The lines in what `GET /containers/ID/logs` sent. Without a terminal the engine frames it: 8 bytes (stream, 0, 0, 0,
 * length as 32 bits, big endian), then that many bytes of stdout or stderr.
 */
export function parseLogLines(body: Buffer, options: { tty: boolean }): string[] {
  const parts: Buffer[] = []
  for (let at = 0; !options.tty && at + 8 <= body.length; ) {
    const end = at + 8 + body.readUInt32BE(at + 4)
    parts.push(body.subarray(at + 8, end))
    at = end
  }
  const text = (options.tty ? body : Buffer.concat(parts)).toString()
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}
