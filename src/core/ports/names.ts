import type { ResolverPlan, ResolverRecord, ResolverStep, ResolverWish } from '../names/resolver-model.ts'
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

/** How this machine's programs look names up. Failures: NEEDS_ROOT, RESOLVER_UNSUPPORTED, RESOLVER_FAILED, USAGE. */
export interface ResolverSetup {
  /** What is set up, or null. */
  current(): Promise<ResolverRecord | null>
  /** What setting up would change; nothing is touched. */
  plan(wish: ResolverWish): Promise<ResolverPlan>
  /** Does what a plan says. `command` is what to repeat with sudo where root is missing. */
  apply(plan: ResolverPlan, command: readonly string[]): Promise<void>
  /** What taking the set-up back would change; no steps where nothing is set up. */
  planUndo(): Promise<{ steps: ResolverStep[]; warnings: string[] }>
  undo(command: readonly string[]): Promise<void>
}
