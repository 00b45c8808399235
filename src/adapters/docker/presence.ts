import type { IncomingMessage } from 'node:http'
import { AppError } from '../../core/errors.ts'
import type { Connection } from './connection.ts'

/** Whether an engine is the one that was there at the start. */
export interface Presence {
  /** Throws ENGINE_UNAVAILABLE where it is stopping, is gone, or was gone in between. */
  check(): Promise<void>
}

/**
 * Watches an engine while it starts something: what Docker ends as it stops looks like a fault of the containers. It
 * closes its socket before it signals them, but goes on answering on open connections; and where systemd holds the socket,
 * a new connection waits for its successor, by when a stream of the old one has ended. Podman ends nothing with itself.
 */
export async function watchPresence({ api, kind }: Connection, signal: AbortSignal): Promise<Presence> {
  if (kind === 'podman') return { check: async () => undefined }
  let ended = false
  const filters = JSON.stringify({ type: ['daemon'] })
  const stream = await api.stream('/events', { filters }, signal)
  void untilEnd(stream).then(() => (ended = true))
  return {
    async check() {
      if (!ended) await api.ping()
      if (ended && !signal.aborted) throw new AppError('ENGINE_UNAVAILABLE', 'the container engine stopped meanwhile')
    },
  }
}

/** Resolves when a stream is over, in whatever way. */
async function untilEnd(stream: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  stream
    .resume()
    .once('error', () => resolve())
    .once('close', resolve)
  await promise
}
