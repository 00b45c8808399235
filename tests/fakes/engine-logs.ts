import type { LogBatch, LogOptions } from '../../src/core/ports/engine.ts'
import { linesOf, type World } from './engine-world.ts'

/** What a container of this world printed, a second between two lines; with `follow` the end comes with the container's. */
export async function* readLog(
  world: World,
  id: string,
  { follow, since = '0', until, tail }: LogOptions,
  signal: AbortSignal,
): AsyncIterable<LogBatch> {
  if (follow) await untilStopped(world, id, signal)
  const lines = linesOf(world.containers.get(id)?.output ?? '').map((line, second) => ({ line, second }))
  const bounds = lines.filter(({ second }) => second >= Number(since) && second <= Number(until ?? second))
  const entries = bounds.slice(tail === 0 ? bounds.length : -(tail ?? bounds.length))
  for (const { line, second } of signal.aborted ? [] : entries) {
    const bytes = Buffer.from(`${line}\n`)
    const time = `${new Date(second * 1000).toISOString().slice(0, -1)}000000Z`
    yield { bytes, entries: [{ stream: 'stdout', time, start: 0, end: bytes.length }] }
  }
}

async function untilStopped(world: World, id: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const listener = () => {
    if (world.containers.get(id)?.state !== 'running') resolve()
  }
  world.listeners.add(listener)
  signal.addEventListener('abort', () => resolve())
  if (signal.aborted) resolve()
  listener()
  await promise
  world.listeners.delete(listener)
}
