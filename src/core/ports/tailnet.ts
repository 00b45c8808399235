/** Another node of the tailnet, as this machine's Tailscale knows it. */
export interface TailnetPeer {
  /** Public key of the node: `nodekey:…`. */
  node: string
  /** What the tailnet calls it; '' where that is no host name. */
  name: string
  isOnline: boolean
  /** IPv4 networks that lead to it: it advertises them, and the tailnet has approved them. */
  routes: string[]
}

/** What Tailscale says of this machine. */
export interface TailnetReading {
  /** Public key of this machine's node: `nodekey:…`. */
  node: string
  /** Its network interface; null where it has none (userspace networking). */
  device: string | null
  /** Whether routes that other nodes advertise are taken: a setting of the user's, for all of them at once. */
  acceptsRoutes: boolean
  /** Networks this machine advertises, the user's own among them. */
  advertised: string[]
  peers: TailnetPeer[]
}

/** The user's own Tailscale on this machine. Berth neither installs it, nor logs in, nor changes anything but routes of its own. */
export interface Tailnet {
  /** Throws TOOL_MISSING where it is not installed, TAILSCALE_NOT_READY where it does not run or is logged out. Changes nothing. */
  read(): Promise<TailnetReading>
  /** Advertises these networks, and no others. Throws NEEDS_ROOT, TUNNEL_FAILED. */
  advertise(routes: readonly string[]): Promise<void>
  /**
   * Has this machine's firewall, Docker's own rules first, let in what comes from the interface to these networks; with
   * none, ours go. False where that cannot be done, without root above all: Tailscale's own rules have to do then.
   */
  admit(device: string | null, networks: readonly string[]): Promise<boolean>
  /** Whether whoever has this address answers there, be it that nobody listens. */
  answers(address: string, port: number, timeoutMs: number): Promise<boolean>
}

/** What this machine advertises for others, kept so that it is known again after a restart. */
export interface AdvertisedRecord {
  /** Networks Berth has put on the list: the others there are the user's. */
  routes: string[]
  /** Who asked for it and when they did last, ISO 8601. */
  peers: Record<string, string>
}

/** Where that record is kept. */
export interface AdvertisedMemory {
  /** An empty record where there is none. */
  read(): Promise<AdvertisedRecord>
  /** An empty one is removed. */
  write(record: AdvertisedRecord): Promise<void>
}
