import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import type { TailnetPeer } from '../../core/ports/tailnet.ts'

const texts = z
  .array(z.string())
  .nullish()
  .transform((found) => found ?? [])
const text = z.string().catch('')

/** A node; what others in the tailnet say of themselves is in it. */
const node = z.object({
  PublicKey: text,
  HostName: text,
  DNSName: text,
  TailscaleIPs: texts.catch([]),
  PrimaryRoutes: texts.catch([]),
  Online: z.boolean().catch(false),
})

const status = z.object({
  BackendState: z.string(),
  Self: node.nullish(),
  Peer: z.record(z.string(), node).nullish(),
})

const settings = z.object({ RouteAll: z.boolean(), LoggedOut: z.boolean().catch(false), AdvertiseRoutes: texts })

/** What `tailscale status --json` says, as far as Berth has a use for it. */
export interface Status {
  /** `Running`, `NeedsLogin`, `Stopped` … */
  state: string
  node: string
  addresses: string[]
  peers: TailnetPeer[]
}

/** Throws TUNNEL_FAILED for what is not that. */
export function parseStatus(json: string): Status {
  const { BackendState: state, Self: self, Peer: peers } = parse('tailscale status', status, json)
  return {
    state,
    node: self?.PublicKey ?? '',
    addresses: (self?.TailscaleIPs ?? []).filter((one) => isIPv4(one)),
    peers: Object.values(peers ?? {}).map((peer) => ({
      node: peer.PublicKey,
      name: nameOf(peer.DNSName) ?? nameOf(peer.HostName) ?? '',
      isOnline: peer.Online,
      // an exit node is no way to anything in particular
      routes: peer.PrimaryRoutes.filter((one) => ipaddr.IPv4.isValidCIDRFourPartDecimal(one) && !one.endsWith('/0')),
    })),
  }
}

/** What `tailscale debug prefs` says, as far as Berth has a use for it. Throws TUNNEL_FAILED for what is not that. */
export function parseSettings(json: string): { acceptsRoutes: boolean; isLoggedOut: boolean; advertised: string[] } {
  const { RouteAll, LoggedOut, AdvertiseRoutes } = parse('tailscale debug prefs', settings, json)
  return { acceptsRoutes: RouteAll, isLoggedOut: LoggedOut, advertised: AdvertiseRoutes }
}

/** A node names itself: only what can be a host name is shown. */
const nameOf = (name: string) => /^([A-Za-z0-9][A-Za-z0-9-]{0,62})(\.[A-Za-z0-9.-]{0,190})?$/.exec(name)?.[1]

function parse<T>(program: string, shape: z.ZodType<T>, json: string): T {
  try {
    return shape.parse(JSON.parse(json))
  } catch (cause) {
    throw new AppError('TUNNEL_FAILED', `what ${program} says is not what Berth knows`, { cause })
  }
}
