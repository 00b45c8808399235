import type { EngineKind, Host } from '../../core/ports.ts'
import { createEngineApi, type EngineApi } from './api.ts'
import { describeEndpoint, type Environment, findEndpoint } from './endpoint.ts'

/** An engine that answered. */
export interface Connection {
  api: EngineApi
  kind: EngineKind
  engineVersion: string
  /** As people write it in DOCKER_HOST. */
  socket: string
}

/** Finds the engine and asks it what it is. Throws ENGINE_UNAVAILABLE, NOT_SUPPORTED. */
export async function connectTo(host: Host, environment: Environment): Promise<Connection> {
  const endpoint = await findEndpoint(host, environment)
  const api = createEngineApi(endpoint)
  const version = await api.get<{ Version: string; Components?: { Name: string }[] }>('/version')
  const isPodman = version.Components?.some(({ Name }) => Name.startsWith('Podman')) ?? false
  return {
    api,
    kind: isPodman ? 'podman' : 'docker',
    engineVersion: version.Version,
    socket: describeEndpoint(endpoint),
  }
}

/** Connects once, and again only after a failure; `known` is the connection if there is one yet. */
export function rememberConnection(open: () => Promise<Connection>): {
  connect: () => Promise<Connection>
  known: () => Connection | undefined
} {
  let opening: Promise<Connection> | undefined
  let opened: Connection | undefined
  const connect = () => {
    opening ??= open().then(
      (connection) => (opened = connection),
      (error: unknown) => {
        opening = undefined
        throw error
      },
    )
    return opening
  }
  return { connect, known: () => opened }
}
