/** The other end of a tunnel. */
export interface TunnelPeer {
  /** Base64, as WireGuard writes it. */
  publicKey: string
  /** Its IPv4 address in the tunnel. */
  address: string
  /** Where its UDP packets go; null where it is the one that calls. */
  endpoint: { host: string; port: number } | null
  /** Networks behind it that are reached through the tunnel. */
  networks: readonly string[]
  /** Forgets the session there may be, for a new handshake. */
  afresh?: boolean
}

/** An interface of ours, as it is to be. */
export interface TunnelDevice {
  /** Name of the interface, at most 15 bytes. */
  name: string
  /** Its own IPv4 address. */
  address: string
  /** UDP port, or null for any. */
  port: number | null
  peers: readonly TunnelPeer[]
  /**
   * What may be reached from the other end; null: nothing at all. Answers to what this end began always pass, everything
   * else is dropped.
   */
  admits: { networks: readonly string[]; echoPort: number; from: string } | null
}

/** An interface of ours, as it is. */
export interface TunnelReading {
  port: number
  peers: { publicKey: string; addresses: string[]; handshakeAt: Date | null }[]
}

/** WireGuard on this machine: interfaces, keys, routes and firewall rules that are Berth's own. */
export interface TunnelDevices {
  /** Throws NEEDS_ROOT, TOOL_MISSING, NOT_SUPPORTED where this machine can have no tunnel. Changes nothing. */
  check(): Promise<void>
  /** The public half of an interface's key, which is made the first time and never leaves this machine. */
  publicKey(name: string): Promise<string>
  /** Makes the interface so, with its peers, routes and rules; safe to repeat. Throws TUNNEL_FAILED. */
  bring(device: TunnelDevice): Promise<void>
  /** undefined where there is no such interface. */
  read(name: string): Promise<TunnelReading | undefined>
  /** Takes the interface away, with its key, routes and rules. Harmless when it is gone. */
  remove(name: string): Promise<void>
  /** Interfaces this home has made, whoever asked for them. */
  list(): Promise<string[]>
  /** A UDP port that is free, this one or the next. */
  freePort(from: number): Promise<number>
  /** Answers what comes to a port of this address with the same. Port 0: any. */
  echo(address: string): Promise<TunnelEcho>
  /** Whether an echo comes back in time. */
  probe(from: string, to: { address: string; port: number }, timeoutMs: number): Promise<boolean>
}

/** Somebody who answers, so that the other end knows the tunnel carries. */
export interface TunnelEcho {
  address: string
  port: number
  close(): void
}
