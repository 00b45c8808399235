import { AppError } from '../../core/errors.ts'
import type { LabelFilter } from '../../core/ports/engine.ts'
import type { ContainerEngine, EngineEvent, EngineKind, Host } from '../../core/ports.ts'
import type { EngineApi } from './api.ts'
import { createEngineApi } from './api.ts'
import { dockerEnvironment, execArgv } from './commands.ts'
import { createComposeVerbs } from './compose.ts'
import type { Environment } from './endpoint.ts'
import { describeEndpoint, findEndpoint } from './endpoint.ts'
import { readLogs } from './logs.ts'
import type { ApiContainer, ApiEvent, ApiNetwork, ApiVolume } from './parse.ts'
import { parseContainer, parseEvent, parseImages, parseLogLines, parseNetwork, parseVolume } from './parse.ts'

/** What the engine adapter needs: a machine to run `docker compose` on and the environment to find the engine by. */
export interface DockerDependencies {
  host: Host
  environment: Environment
}

interface Connection {
  api: EngineApi
  socket: string
}

/**
 * Docker, or Podman through its Docker-compatible socket: compose verbs by the `docker compose` program, everything
 * else by the engine's HTTP API. The engine is looked for at the first request.
 */
export function createDockerEngine({ host, environment }: DockerDependencies): ContainerEngine {
  let connecting: Promise<Connection> | undefined
  const connect = () => (connecting ??= connectTo(host, environment))
  const api = async () => (await connect()).api
  const objects = createObjectVerbs(api)
  const stop = async (id: string, t: number | undefined) =>
    harmless((await api()).post(`/containers/${encodeURIComponent(id)}/stop`, { t }), gone)
  return {
    ...objects,
    ...createComposeVerbs({ host, environment, engine: { ...objects, stop } }),
    info: () => readInfo(host, environment, connect),
    execCommand: (container, argv, options) => ({
      argv: execArgv(container, argv, options),
      env: { ...dockerEnvironment(environment), ...options.env },
    }),
  }
}

async function connectTo(host: Host, environment: Environment): Promise<Connection> {
  const endpoint = await findEndpoint(host, environment)
  return { api: createEngineApi(endpoint), socket: describeEndpoint(endpoint) }
}

async function readInfo(host: Host, environment: Environment, connect: () => Promise<Connection>) {
  const { api, socket } = await connect()
  const version = await api.get<{ Version: string; Components?: { Name: string }[] }>('/version')
  const isPodman = version.Components?.some(({ Name }) => Name.startsWith('Podman'))
  const kind: EngineKind = isPodman ? 'podman' : 'docker'
  return { kind, engineVersion: version.Version, composeVersion: await readComposeVersion(host, environment), socket }
}

async function readComposeVersion(host: Host, environment: Environment): Promise<string> {
  const { stdout, exitCode } = await host.run(['docker', 'compose', 'version', '--short'], {
    env: dockerEnvironment(environment),
  })
  if (exitCode !== 0) throw new AppError('TOOL_MISSING', 'docker compose is not installed')
  const version = stdout.trim().replace(/^v/, '')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 2 || (major === 2 && minor < 24))
    throw new AppError('ENGINE_TOO_OLD', `docker compose ${version} is older than 2.24`, { details: { version } })
  return version
}

type ObjectVerbs = Omit<ContainerEngine, 'info' | 'model' | 'up' | 'down' | 'composeCommand' | 'execCommand'>

/** The verbs of the port that the HTTP API does. */
function createObjectVerbs(api: () => Promise<EngineApi>): ObjectVerbs {
  const get = async <T>(path: string, query?: Record<string, string | number | boolean>) =>
    (await api()).get<T>(path, query)
  const post = async (path: string, body?: unknown) => (await api()).post(path, {}, body)
  return {
    containers: async (labels) =>
      (await get<ApiContainer[]>('/containers/json', { all: true, ...byLabel(labels) })).map(parseContainer),
    networks: async (labels = []) => (await get<ApiNetwork[]>('/networks', byLabel(labels))).map(parseNetwork),
    volumes: async (labels) =>
      ((await get<{ Volumes: ApiVolume[] | null }>('/volumes', byLabel(labels))).Volumes ?? []).map(parseVolume),
    images: async () => parseImages(await get('/images/json')),
    removeContainer: async (id) => removeContainer(await api(), `/containers/${encodeURIComponent(id)}`),
    removeNetwork: async (id) => harmless((await api()).remove(`/networks/${encodeURIComponent(id)}`), gone),
    createVolume: (name, labels) => post('/volumes/create', { Name: name, Labels: labels }),
    removeVolume: async (name) => harmless((await api()).remove(`/volumes/${encodeURIComponent(name)}`), gone),
    removeImages: async (labels) => removeImages(await api(), labels),
    startContainer: (id) => post(`/containers/${encodeURIComponent(id)}/start`),
    stopContainer: (id) => harmless(post(`/containers/${encodeURIComponent(id)}/stop`), gone),
    connectNetwork: (network, container, aliases) =>
      harmless(
        post(`/networks/${encodeURIComponent(network)}/connect`, {
          Container: container,
          EndpointConfig: { Aliases: aliases },
        }),
        { said: /already (?:exists in|connected to) network/ },
      ),
    disconnectNetwork: (network, container) =>
      harmless(post(`/networks/${encodeURIComponent(network)}/disconnect`, { Container: container, Force: true }), {
        statuses: [404],
        said: /is not connected to (?:the )?network/,
      }),
    lastLines: async (container, tail) => readLastLines(await api(), container, tail),
    logs: async function* (container, options, signal) {
      yield* readLogs(await api(), container, options, signal)
    },
    events: (signal) => readEvents(api, signal),
  }
}

function byLabel(labels: readonly LabelFilter[]): { filters?: string } {
  return labels.length === 0 ? {} : { filters: JSON.stringify({ label: labels }) }
}

const gone = { statuses: [404] }

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
  const images = await api.get<{ Id: string }[]>('/images/json', byLabel(labels))
  // 409: a container made from it is still there; force is for those with several tags
  for (const { Id } of images) await harmless(api.remove(`/images/${Id}`, { force: true }), { statuses: [404, 409] })
}

async function readLastLines(api: EngineApi, container: string, tail: number): Promise<string[]> {
  const path = `/containers/${encodeURIComponent(container)}`
  const { Config } = await api.get<{ Config: { Tty: boolean } }>(`${path}/json`)
  const body = await api.bytes(`${path}/logs`, { stdout: true, stderr: true, tail })
  return parseLogLines(body, { tty: Config.Tty })
}

async function* readEvents(api: () => Promise<EngineApi>, signal: AbortSignal): AsyncIterable<EngineEvent> {
  const filters = JSON.stringify({ type: ['container', 'network', 'volume'] })
  let rest = ''
  try {
    const stream = await (await api()).stream('/events', { filters }, signal)
    for await (const chunk of stream.setEncoding('utf8')) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const event = line.trim() === '' ? undefined : parseEvent(JSON.parse(line) as ApiEvent)
        if (event) yield event
      }
    }
  } catch (error) {
    if (signal.aborted) return
    throw error instanceof AppError ? error : engineGone(error)
  }
  if (!signal.aborted) throw engineGone()
}

function engineGone(cause?: unknown): AppError {
  return new AppError('ENGINE_UNAVAILABLE', 'the container engine went away while its events were followed', { cause })
}
