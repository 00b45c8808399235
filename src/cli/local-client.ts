import { type Client, createClient } from '../client/client.ts'
import { type LocalDaemon, localTransport } from '../client/local.ts'

/** The client of this machine's daemon. Apart from main.ts: what it brings is loaded only by commands that need it. */
export function openLocalClient(daemon: LocalDaemon, signal: AbortSignal): Client {
  return createClient(localTransport(daemon), signal)
}
