/** A server at a provider of machines. */
export interface CloudServer {
  /** The provider's. */
  id: string
  name: string
  state: 'starting' | 'running' | 'stopping' | 'stopped' | 'other'
  /** Public address, IPv4 where it has one; null while it has none. */
  address: string | null
  type: string
  region: string
}

/** What a new server is to be. */
export interface ServerRequest {
  name: string
  type: string
  /** The provider's choice when absent. */
  region: string | undefined
  image: string
  /** OpenSSH public key, one line. */
  publicKey: string
  /** A script that root runs on the first boot. */
  firstBoot: string
  /** Unlike any other server's: one that was asked for before, and is there, is found by it and not made again. */
  mark: string
}

/**
 * Who rents out machines. Failures: PROVIDER_DENIED, PROVIDER_INVALID, PROVIDER_CAPACITY, PROVIDER_FAILED,
 * PROVIDER_UNAVAILABLE (also after it was asked again for as long as is bearable).
 */
export interface Provider {
  /** Makes a server and waits until it is started; one of that mark that is there already is returned as it is. */
  createServer(request: ServerRequest, signal: AbortSignal): Promise<CloudServer>
  /** undefined when it is gone. */
  server(id: string, signal: AbortSignal): Promise<CloudServer | undefined>
  /** The server with this mark, or undefined. */
  marked(mark: string, signal: AbortSignal): Promise<CloudServer | undefined>
  /** Removes a server with its disk; harmless when it is gone. */
  deleteServer(id: string, signal: AbortSignal): Promise<void>
  /** Shuts a server down; by force when it does not follow. Harmless when it is off. */
  stopServer(id: string, signal: AbortSignal): Promise<void>
  /** Harmless when it is on. */
  startServer(id: string, signal: AbortSignal): Promise<void>
}
