import { type Client, createClient } from '../client/client.ts'
import { type MachineName, remoteTransport } from '../client/remote.ts'

/** The client of another machine's daemon. Apart from main.ts: only commands with --on pay for it. */
export function openRemoteClient(
  machine: MachineName,
  local: Client,
  onNotice: (text: string) => void,
  signal: AbortSignal,
): Client {
  return createClient(remoteTransport(machine, local, { onNotice, signal }), signal)
}
