import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { ContainerEngine, EngineContainer, EngineKind } from '../../core/ports.ts'
import type { EngineApi } from './api.ts'
import { type ApiHostConfig, parseNetworkOwner, parsePorts } from './parse.ts'

/** What an engine of this kind cannot do here, each in one sentence; empty for Docker. */
export function engineLimits(kind: EngineKind): string[] {
  if (kind === 'docker') return []
  return [
    'images are built without BuildKit: RUN --mount and build secrets do not work',
    ...(isSystemdHere()
      ? []
      : [
          'healthchecks are run while berth up waits and not afterwards: Podman leaves them to systemd, which is not here',
        ]),
  ]
}

/** Podman's timers for healthchecks are systemd's. */
function isSystemdHere(): boolean {
  return existsSync('/run/systemd/system')
}

interface Inspected {
  State: { Status: string; Health?: { Status?: string } | null }
  Config: { ExposedPorts?: Record<string, unknown> | null }
  HostConfig: ApiHostConfig
}

/** What Podman's list of containers leaves out: health, exposed ports and whose networks it uses. A name it made up (`localhost/x`) is taken back. */
export async function inspectOnPodman(api: EngineApi, container: EngineContainer): Promise<EngineContainer> {
  const image = container.image.replace(/^localhost\//, '')
  // one that does not run has no health; and Podman 4.3 may never answer for one that it is just cleaning up
  if (container.state !== 'running') return { ...container, image }
  try {
    const { State, Config, HostConfig } = await api.get<Inspected>(`/containers/${container.id}/json`)
    const status = State.Health?.Status
    const health = status === 'healthy' || status === 'unhealthy' || status === 'starting' ? status : 'none'
    const exposed = Object.keys(Config.ExposedPorts ?? {}).map((entry) => {
      const [port, protocol = 'tcp'] = entry.split('/')
      return { PrivatePort: Number(port), Type: protocol }
    })
    const ports = parsePorts(exposed)
    const networkOf = parseNetworkOwner(HostConfig)
    return { ...container, image, health, networkOf, ports: ports.length > 0 ? ports : container.ports }
  } catch (thrown) {
    // gone since the list was made
    if (thrown instanceof AppError && thrown.details['status'] === 404) return { ...container, image }
    throw thrown
  }
}

/** Runs the healthchecks of a project's containers each second until the signal, where no systemd does. */
export async function runHealthchecks(
  api: EngineApi,
  engine: Pick<ContainerEngine, 'containers'>,
  project: string,
  signal: AbortSignal,
): Promise<void> {
  if (isSystemdHere()) return
  while (!signal.aborted) {
    const containers = await engine.containers([`com.docker.compose.project=${project}`])
    const waiting = containers.filter(({ state, health }) => state === 'running' && health === 'starting')
    await Promise.all(waiting.map(({ id }) => runHealthcheck(api, id)))
    await wait(1000, undefined, { signal }).catch(() => undefined)
  }
}

async function runHealthcheck(api: EngineApi, id: string): Promise<void> {
  try {
    await api.get(`/v4.0.0/libpod/containers/${id}/healthcheck`)
  } catch (thrown) {
    // it stopped meanwhile: whoever waits for it sees that itself
    if (!(thrown instanceof AppError && thrown.code === 'ENGINE_FAILED')) throw thrown
  }
}
