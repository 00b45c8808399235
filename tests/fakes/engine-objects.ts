import type { LabelFilter, LogOptions } from '../../src/core/ports/engine.ts'
import type { EngineEvent } from '../../src/core/ports.ts'
import { readLog } from './engine-logs.ts'
import { end, type FakeProgram, linesOf, removeContainer, run, type World } from './engine-world.ts'

/** What the engine itself would do in this world. */
export function objectVerbs(world: World, program: (argv: readonly string[]) => FakeProgram) {
  const having = <T extends { labels: Record<string, string> }>(
    items: Iterable<T>,
    filters: readonly LabelFilter[] = [],
  ) =>
    [...items].filter(({ labels }) =>
      filters.every((filter) => {
        const [key = '', value] = filter.split(/=(.*)/s)
        return value === undefined ? key in labels : labels[key] === value
      }),
    )
  const attached = (network: string, id: string) => ({
    on: world.containers.get(id)?.networks,
    name: [...world.networks.values()].find((each) => each.id === network || each.name === network)?.name ?? network,
  })
  return {
    containers: async (labels: readonly LabelFilter[]) => structuredClone(having(world.containers.values(), labels)),
    networks: async (labels: readonly LabelFilter[] = []) => having(world.networks.values(), labels),
    volumes: async (labels: readonly LabelFilter[]) => having(world.volumes.values(), labels),
    volumeSizes: async (labels: readonly LabelFilter[]) =>
      having(world.volumes.values(), labels).map((volume) => ({ ...volume, bytes: 0 })),
    images: async () => new Map(world.images),
    imageFacts: async (ids: readonly string[]) =>
      new Map(
        ids
          .filter((id) => [...world.images.values()].includes(id))
          .map((id) => [id, { platform: 'linux/amd64', bytes: 1000 }]),
      ),
    imageLayers: async () => [],
    loadImages: async () => undefined,
    pull: async (reference: string) => world.images.get(reference),
    tag: async (id: string, reference: string) => void world.images.set(reference, id),
    untag: async (reference: string) => void world.images.delete(reference),
    removeContainer: async (id: string) => removeContainer(world, id),
    removeNetwork: async (id: string) => {
      for (const { name } of [...world.networks.values()].filter((each) => each.id === id || each.name === id))
        world.networks.delete(name)
    },
    createVolume: async (name: string, labels: Record<string, string>) => {
      if (!world.volumes.has(name)) world.volumes.set(name, { name, labels })
    },
    removeVolume: async (name: string) => void world.volumes.delete(name),
    removeImages: async () => undefined,
    times: async (id: string) => {
      const container = world.containers.get(id)
      return container && { startedAt: container.startedAt ?? null, endedAt: container.endedAt ?? null }
    },
    startContainer: async (id: string) => run(world, id, program([])),
    resizeTerminal: () => Promise.resolve(),
    stopContainer: async (id: string) => end(world, id, 137),
    connectNetwork: async (network: string, id: string) => {
      const { on, name } = attached(network, id)
      if (on) on[name] ??= { ipv4: '172.30.0.9', ipv6: '' }
    },
    disconnectNetwork: async (network: string, id: string) => {
      const { on, name } = attached(network, id)
      if (on) delete on[name]
    },
    lastLines: async (id: string, tail: number) => linesOf(world.containers.get(id)?.output ?? '').slice(-tail),
    logs: (id: string, options: LogOptions, signal: AbortSignal) => readLog(world, id, options, signal),
    events: async (signal: AbortSignal) => follow(world, signal),
  }
}

function follow(world: World, signal: AbortSignal): AsyncIterable<EngineEvent> {
  const queue: EngineEvent[] = []
  let wake = () => {}
  const listener = (event: EngineEvent) => {
    queue.push(event)
    wake()
  }
  world.listeners.add(listener)
  signal.addEventListener('abort', () => wake())
  return (async function* () {
    while (!signal.aborted) {
      const event = queue.shift()
      if (event) yield event
      else await new Promise<void>((resolve) => (wake = resolve))
    }
    world.listeners.delete(listener)
  })()
}
