import { AppError } from '../../core/errors.ts'
import type { LabelFilter } from '../../core/ports/engine.ts'
import type { ContainerEngine } from '../../core/ports.ts'
import type { EngineApi, Query } from './api.ts'
import type { Connection } from './connection.ts'
import { readEvents } from './events.ts'
import { pullImage, readImageFacts, readLayers, tagImage, untagImage } from './images.ts'
import { readLogs } from './logs.ts'
import type { ApiContainer, ApiNetwork, ApiState, ApiVolume } from './parse.ts'
import { parseContainer, parseImages, parseLogLines, parseNetwork, parseTimes, parseVolume } from './parse.ts'
import { inspectOnPodman } from './podman.ts'
import { createVolumeSizes } from './volume-sizes.ts'

export type ObjectVerbs = Omit<
  ContainerEngine,
  | 'info'
  | 'loadImages'
  | 'model'
  | 'configHashes'
  | 'build'
  | 'up'
  | 'down'
  | 'composeCommand'
  | 'execCommand'
  | 'copyCommand'
> &
  StopVerb

interface StopVerb {
  /** Stops a container; it has that long before it is killed, or as long as it was made with. */
  stop: (id: string, timeoutSeconds: number | undefined) => Promise<void>
}

/** The verbs of the port that the HTTP API does. */
export function createObjectVerbs(connect: () => Promise<Connection>): ObjectVerbs {
  const api = async () => (await connect()).api
  return {
    ...listVerbs(connect),
    ...containerVerbs(api),
    ...networkVerbs(api),
    times: async (id) => readTimes(await api(), id),
    createVolume: async (name, labels) => (await api()).post('/volumes/create', {}, { Name: name, Labels: labels }),
    removeVolume: async (name) => harmless((await api()).remove(`/volumes/${encodeURIComponent(name)}`), gone),
    removeImages: async (labels) => removeImages(await api(), labels),
    pull: async (reference, signal) => pullImage(await api(), reference, signal),
    tag: async (id, reference) => tagImage(await api(), id, reference),
    untag: async (reference) => harmless(untagImage(await api(), reference), { statuses: [404, 409] }),
    imageFacts: async (ids: readonly string[]) => readImageFacts(await api(), ids),
    imageLayers: async () => readLayers(await api()),
    events: (signal) => readEvents(api, signal),
  }
}

function listVerbs(
  connect: () => Promise<Connection>,
): Pick<ObjectVerbs, 'containers' | 'networks' | 'volumes' | 'volumeSizes' | 'images'> {
  const list = async <T>(path: string, labels: readonly LabelFilter[] = [], query: Query = {}) =>
    (await connect()).api.get<T>(path, { ...query, ...byLabel(labels) })
  const listVolumes = async (labels: readonly LabelFilter[]) => {
    const { Volumes: volumes } = await list<{ Volumes: ApiVolume[] | null }>('/volumes', labels)
    return withLabels((volumes ?? []).map(parseVolume), labels)
  }
  const sizes = createVolumeSizes(async () => (await connect()).api)
  return {
    containers: async (labels) => {
      const containers = (await list<ApiContainer[]>('/containers/json', labels, { all: true })).map(parseContainer)
      const { kind, api } = await connect()
      const ours = withLabels(containers, labels)
      return kind === 'podman' ? Promise.all(ours.map((one) => inspectOnPodman(api, one))) : ours
    },
    networks: async (labels = []) =>
      withLabels((await list<ApiNetwork[]>('/networks', labels)).map(parseNetwork), labels),
    volumes: listVolumes,
    volumeSizes: async (labels) => {
      // Podman measures volumes without saying their labels
      const [volumes, all] = await Promise.all([listVolumes(labels), sizes()])
      const bytes = new Map(all.map((one) => [one.volume.Name, one.bytes]))
      return volumes.map((volume) => ({ ...volume, bytes: bytes.get(volume.name) ?? 0 }))
    },
    images: async () => parseImages(await list('/images/json')),
  }
}

/** The engine has filtered already, but Podman 4 takes a volume that has any of the labels: one env would lose another's data. */
function withLabels<T extends { labels: Record<string, string> }>(
  items: readonly T[],
  filters: readonly LabelFilter[],
): T[] {
  return items.filter(({ labels }) =>
    filters.every((filter) => {
      const [key = '', value] = filter.split(/=(.*)/s)
      return value === undefined ? key in labels : labels[key] === value
    }),
  )
}

type ContainerVerb = 'removeContainer' | 'startContainer' | 'resizeTerminal' | 'stopContainer' | 'lastLines' | 'logs'

function containerVerbs(api: () => Promise<EngineApi>): Pick<ObjectVerbs, ContainerVerb> & StopVerb {
  const at = (id: string) => `/containers/${encodeURIComponent(id)}`
  const stop: StopVerb['stop'] = async (id, timeoutSeconds) =>
    harmless((await api()).post(`${at(id)}/stop`, { t: timeoutSeconds }), gone)
  return {
    stop,
    removeContainer: async (id) => removeContainer(await api(), at(id)),
    startContainer: async (id) => (await api()).post(`${at(id)}/start`),
    resizeTerminal: async (id, { columns, rows }) =>
      (await api()).post(`${at(id)}/resize`, { h: rows, w: columns }).then(
        () => undefined,
        () => undefined,
      ),
    stopContainer: (id) => stop(id, undefined),
    lastLines: async (id, tail) => readLastLines(await api(), at(id), tail),
    logs: async function* (id, options, signal) {
      yield* readLogs(await api(), id, options, signal)
    },
  }
}

function networkVerbs(
  api: () => Promise<EngineApi>,
): Pick<ObjectVerbs, 'removeNetwork' | 'connectNetwork' | 'disconnectNetwork'> {
  const at = (network: string) => `/networks/${encodeURIComponent(network)}`
  return {
    removeNetwork: async (network) => harmless((await api()).remove(at(network)), gone),
    connectNetwork: async (network, container, aliases) => {
      const body = { Container: container, EndpointConfig: { Aliases: aliases } }
      return harmless((await api()).post(`${at(network)}/connect`, {}, body), {
        said: /already (?:exists in|connected to) network/,
      })
    },
    disconnectNetwork: async (network, container) => {
      const body = { Container: container, Force: true }
      const done = { statuses: [404], said: /is not connected to (?:the )?network/ }
      return harmless((await api()).post(`${at(network)}/disconnect`, {}, body), done)
    },
  }
}

function byLabel(labels: readonly LabelFilter[]): { filters?: string } {
  return labels.length === 0 ? {} : { filters: JSON.stringify({ label: labels }) }
}

const gone = { statuses: [404] }

async function readTimes(api: EngineApi, id: string) {
  try {
    const { State } = await api.get<{ State: ApiState }>(`/containers/${encodeURIComponent(id)}/json`)
    return parseTimes(State)
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.details['status'] === 404) return undefined
    throw thrown
  }
}

/** Lets pass a refusal that means the work is done already: by its HTTP status, or by what it says. */
async function harmless(work: Promise<void>, done: { statuses?: readonly number[]; said?: RegExp }): Promise<void> {
  try {
    await work
  } catch (thrown) {
    const isDone =
      thrown instanceof AppError &&
      (done.statuses?.includes(Number(thrown.details['status'])) || done.said?.test(thrown.message))
    if (!isDone) throw thrown
  }
}

/** With its anonymous volumes. Where someone else is removing it (409), waits until it is gone. */
async function removeContainer(api: EngineApi, path: string): Promise<void> {
  try {
    await api.remove(path, { force: true, v: true })
  } catch (thrown) {
    const status = thrown instanceof AppError ? thrown.details['status'] : undefined
    if (status === 409) return harmless(api.post(`${path}/wait`, { condition: 'removed' }), gone)
    if (status !== 404) throw thrown
  }
}

async function removeImages(api: EngineApi, labels: readonly LabelFilter[]): Promise<void> {
  const raw = await api.get<{ Id: string; Labels: Record<string, string> | null }[]>('/images/json', byLabel(labels))
  const images = withLabels(
    raw.map(({ Id, Labels }) => ({ Id, labels: Labels ?? {} })),
    labels,
  )
  // 409: a container made from it is still there; force is for those with several tags
  for (const { Id } of images) await harmless(api.remove(`/images/${Id}`, { force: true }), { statuses: [404, 409] })
}

async function readLastLines(api: EngineApi, path: string, tail: number): Promise<string[]> {
  const { Config } = await api.get<{ Config: { Tty: boolean } }>(`${path}/json`)
  const body = await api.bytes(`${path}/logs`, { stdout: true, stderr: true, tail })
  return parseLogLines(body, { tty: Config.Tty })
}
