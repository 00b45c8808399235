import { labels } from '../labels.ts'
import type { Clock, ContainerEngine, EngineContainer, EngineEvent } from '../ports.ts'

/** The containers of this home as the engine's events tell them: what lists, names and the proxy read without asking. */
export interface Observed {
  /** Containers of one env. */
  of(envId: string): readonly EngineContainer[]
  all(): readonly EngineContainer[]
  /** Called after every change, until the function it answers with is called. */
  onChange(listener: () => void): () => void
  /** Resolves once the engine was first looked at, be it in vain; at the latest after that time, ms. */
  firstLook(ms: number): Promise<void>
  /** Reads everything anew. Throws ENGINE_UNAVAILABLE. */
  reload(): Promise<void>
  /** Reads one env's containers now, for whoever just changed them: the events of that may still be under way. Throws ENGINE_UNAVAILABLE. */
  look(envId: string): Promise<void>
  /** Takes one event in. */
  apply(event: EngineEvent): Promise<void>
  /** The engine is gone: nothing runs as far as anyone can tell. */
  clear(): void
}

/** Pauses before a container that has died is looked at again, ms: Docker lists it as running for some time yet. */
const laterLooks = [20, 50, 100, 250, 500, 1000]

interface ObservedDeps {
  engine: ContainerEngine
  homeId: string
  clock: Pick<Clock, 'wait'>
}

/** An empty observation of one home's containers. */
export function createObserved({ engine, homeId, clock }: ObservedDeps): Observed {
  const byEnv = new Map<string, readonly EngineContainer[]>()
  const listeners = new Set<() => void>()
  const looked = Promise.withResolvers<void>()
  const home = `${labels.home}=${homeId}`
  const changed = () => listeners.forEach((listener) => listener())
  const refresh = createRefresher(async (envId) => {
    const containers = await engine.containers([home, `${labels.env}=${envId}`])
    if (containers.length === 0) byEnv.delete(envId)
    else byEnv.set(envId, containers)
    changed()
  })
  return {
    of: (envId) => byEnv.get(envId) ?? [],
    all: () => [...byEnv.values()].flat(),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    firstLook: (ms) => Promise.race([looked.promise, clock.wait(ms)]),
    async reload() {
      const containers = await engine.containers([home])
      byEnv.clear()
      for (const [envId, own] of Map.groupBy(containers, (one) => one.labels[labels.env] ?? '')) byEnv.set(envId, own)
      looked.resolve()
      changed()
    },
    look: refresh,
    async apply(event) {
      for (const envId of envsOf(event, homeId, byEnv)) await refresh(envId)
      if (event.type === 'container' && event.action === 'die') await untilSeenDead(event, byEnv, refresh, clock)
    },
    clear() {
      byEnv.clear()
      looked.resolve()
      changed()
    },
  }
}

async function untilSeenDead(
  { id, attributes }: EngineEvent,
  byEnv: ReadonlyMap<string, readonly EngineContainer[]>,
  refresh: (envId: string) => Promise<void>,
  clock: Pick<Clock, 'wait'>,
): Promise<void> {
  const envId = attributes[labels.env] ?? ''
  for (const ms of laterLooks) {
    if (byEnv.get(envId)?.find((one) => one.id === id)?.state !== 'running') return
    await clock.wait(ms)
    await refresh(envId)
  }
}

const quiet = new Set([
  'exec_create',
  'exec_start',
  'exec_die',
  'top',
  'resize',
  'attach',
  'detach',
  'archive-path',
  'export',
])

/** Envs whose containers an event may have changed. */
function envsOf(event: EngineEvent, homeId: string, byEnv: ReadonlyMap<string, readonly EngineContainer[]>): string[] {
  if (quiet.has(event.action.split(':')[0] ?? '')) return []
  if (event.type === 'container') {
    const envId = event.attributes[labels.env]
    return event.attributes[labels.home] === homeId && envId !== undefined ? [envId] : []
  }
  if (event.type !== 'network') return []
  const container = event.attributes['container']
  return [...byEnv].filter(([, own]) => own.some(({ id }) => id === container)).map(([envId]) => envId)
}

/** Runs a refresh per key, never two of one key at once; a call during one asks for one more after it. */
function createRefresher(refresh: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const running = new Map<string, { again: boolean; done: Promise<void> }>()
  return (key) => {
    const current = running.get(key)
    if (current) {
      current.again = true
      return current.done
    }
    const state = { again: false, done: Promise.resolve() }
    running.set(key, state)
    state.done = (async () => {
      try {
        do {
          state.again = false
          await refresh(key)
        } while (state.again)
      } finally {
        // in the same turn as the last look at `again`: a call in between would be one that nobody hears
        running.delete(key)
      }
    })()
    return state.done
  }
}
