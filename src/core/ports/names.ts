import type { Zone } from '../names/zone.ts'

/** Where a server listens. Always one address of this machine; never all of them. */
export interface ListenAddress {
  address: string
  port: number
}

/** Answers DNS questions about one zone, over UDP and TCP. Failures: PORT_IN_USE, NEEDS_ROOT, USAGE. */
export interface NameServer {
  /**
   * Starts to answer at an address (port 0: any free one) and says which it became. May be called for several.
   * `forwardTo` gives the name servers that are asked about everything outside the zone; without it that is refused.
   */
  listen(at: ListenAddress, options?: { forwardTo?: () => readonly ListenAddress[] }): Promise<ListenAddress>
  /** From now on this zone is what it answers. */
  update(zone: Zone): void
  close(): Promise<void>
}
