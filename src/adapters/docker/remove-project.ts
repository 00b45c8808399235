import type { DownOptions } from '../../core/ports/engine.ts'
import type { ContainerEngine, EngineContainer } from '../../core/ports.ts'

type Verbs = Pick<
  ContainerEngine,
  'containers' | 'networks' | 'volumes' | 'removeContainer' | 'removeNetwork' | 'removeVolume'
> & {
  stop: (id: string, timeoutSeconds: number | undefined) => Promise<void>
}

/**
 * `docker compose down` for a project whose files are gone or not to be trusted: by its labels alone. Given no file,
 * Compose would take any it finds in the directory or above it.
 */
export async function removeProject(engine: Verbs, project: string, options: DownOptions): Promise<void> {
  const labels = [`com.docker.compose.project=${project}`]
  for (const wave of stopWaves(await engine.containers(labels))) {
    await Promise.all(
      wave.map(async ({ id, name, state }) => {
        options.signal?.throwIfAborted()
        if (state === 'running' || state === 'paused' || state === 'restarting')
          await engine.stop(id, options.timeoutSeconds)
        await engine.removeContainer(id)
        options.onLine?.(` Container ${name}  Removed`)
      }),
    )
  }
  for (const { id, name } of await engine.networks(labels)) {
    await engine.removeNetwork(id)
    options.onLine?.(` Network ${name}  Removed`)
  }
  if (!options.volumes) return
  for (const { name } of await engine.volumes(labels)) {
    await engine.removeVolume(name)
    options.onLine?.(` Volume ${name}  Removed`)
  }
}

/** Containers in the order they stop: one that others depend on goes after them. A circle goes all at once. */
export function stopWaves(containers: readonly EngineContainer[]): EngineContainer[][] {
  const waves: EngineContainer[][] = []
  let left = [...containers]
  while (left.length > 0) {
    const needed = new Set(left.flatMap(dependenciesOf))
    const free = left.filter((container) => !needed.has(serviceOf(container)))
    const wave = free.length > 0 ? free : left
    waves.push(wave)
    left = left.filter((container) => !wave.includes(container))
  }
  return waves
}

function serviceOf({ labels, name }: EngineContainer): string {
  return labels['com.docker.compose.service'] ?? name
}

/** Compose writes them as `db:service_healthy:false,cache:service_started:true`. */
function dependenciesOf(container: EngineContainer): string[] {
  const label = container.labels['com.docker.compose.depends_on'] ?? ''
  const services = label.split(',').map((entry) => entry.split(':')[0] ?? '')
  return services.filter((service) => service !== '' && service !== serviceOf(container))
}
