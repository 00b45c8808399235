import type { Tunnel } from '../model.ts'

/** What the other end asks of a machine, to be let into its envs' networks. */
export interface TunnelRequest {
  /** Base64. */
  publicKey: string
  /** Addresses it could have in the tunnel, the best first: none of them means anything to it yet. */
  addresses: string[]
}

/** What the machine answers. */
export interface TunnelOffer {
  publicKey: string
  /** UDP port it takes packets on. */
  port: number
  /** Its own address in the tunnel, and a UDP port there that echoes. */
  address: string
  echoPort: number
  /** The address the other end is to have. */
  peerAddress: string
  /** Networks of its envs. */
  networks: string[]
}

/** How the services of a machine are reached from here. */
export interface Reach {
  by: Tunnel
  /** Networks of the machine that are routed to it. */
  networks: string[]
  /** Why the tunnel that was asked for is not in use, or not for all of it; null where it is, or none was asked for. */
  problem: { code: string; message: string; hint: string } | null
}

/** Over SSH, as nobody asked for anything else. */
export const overSsh: Reach = { by: 'ssh', networks: [], problem: null }
