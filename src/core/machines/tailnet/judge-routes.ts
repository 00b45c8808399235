import { overlap } from '../../envs/overlap.ts'
import { AppError } from '../../errors.ts'
import type { TailnetPeer, TailnetReading } from '../../ports/tailnet.ts'
import { judgeNetworks, type OfferLimits } from '../tunnels/judge-offer.ts'
import type { RoutesOffer } from './model.ts'

/** What of a machine's networks may be reached through the tailnet, and what keeps the rest from it. */
export interface JudgedRoutes {
  networks: string[]
  /** What somebody has to do, before all of it is. */
  problem: AppError | undefined
}

/**
 * What a machine says of its networks, against what this machine's own Tailscale says of it: names lead there only for
 * networks that the tailnet routes to that very machine, that lie where envs of others may, and that nobody else has.
 * Throws TUNNEL_REFUSED, TAILSCALE_NOT_READY where there is no way that it could be so.
 */
export function judgeRoutes(
  machine: string,
  { node, routes }: RoutesOffer,
  reading: TailnetReading,
  limits: OfferLimits,
): JudgedRoutes {
  const peer = peerOf(machine, node, reading)
  const { networks, refused } = judgeNetworks(routes, limits)
  const led = new Set(peer.routes)
  const approved = networks.filter((one) => led.has(one))
  const pending = networks.filter((one) => !led.has(one))
  const others = reading.peers.filter((one) => one !== peer).flatMap((one) => one.routes)
  const elsewhere = approved.filter((one) => others.some((route) => isWithin(route, one)))
  const problem =
    hindrance(machine, peer, reading) ??
    unapproved(machine, peer, reading, pending) ??
    clash(machine, [...refused, ...elsewhere])
  const isUsable = reading.acceptsRoutes && reading.device !== null && peer.isOnline
  return { networks: isUsable ? approved.filter((one) => !elsewhere.includes(one)) : [], problem }
}

function peerOf(machine: string, node: unknown, reading: TailnetReading): TailnetPeer {
  if (typeof node !== 'string' || !/^nodekey:[0-9a-f]{64}$/.test(node))
    throw new AppError('TUNNEL_REFUSED', `what ${machine} says is no node of a tailnet`)
  if (node === reading.node) throw new AppError('TUNNEL_REFUSED', `${machine} says it is this machine in the tailnet`)
  const peer = reading.peers.find((one) => one.node === node)
  if (peer !== undefined) return peer
  throw new AppError('TAILSCALE_NOT_READY', `${machine} and this machine do not see each other in one tailnet`, {
    hint: 'log both in to the same tailnet, whose policy lets this machine reach the other; names work over SSH without --tunnel',
  })
}

/** As wide as this one, or narrower: it would win over it. */
const isWithin = (route: string, network: string) => prefixOf(route) >= prefixOf(network) && overlap(route, network)
const prefixOf = (network: string) => Number(network.split('/')[1])

const meanwhile = 'until then names go over SSH'

function hindrance(machine: string, { isOnline }: TailnetPeer, { device }: TailnetReading): AppError | undefined {
  if (device === null)
    return new AppError('TUNNEL_BLOCKED', 'Tailscale on this machine has no network interface', {
      hint: `run tailscaled without --tun=userspace-networking; ${meanwhile}`,
    })
  if (isOnline) return undefined
  return new AppError('TUNNEL_BLOCKED', `${machine} is offline in the tailnet`, {
    hint: `see tailscale status there; ${meanwhile}`,
  })
}

/** What is to be allowed, by whom: both at once, so that nobody is sent twice. */
function unapproved(
  machine: string,
  { name }: TailnetPeer,
  { acceptsRoutes }: TailnetReading,
  pending: readonly string[],
): AppError | undefined {
  const approve = `approve ${pending.join(', ')} of ${name || machine} in the route settings of the tailnet's admin console`
  const accept = 'type sudo tailscale set --accept-routes here, which takes the routes of all its machines'
  const [first, ...more] = [
    ...(pending.length === 0 ? [] : [[`the tailnet has not approved ${pending.join(', ')} of ${machine}`, approve]]),
    ...(acceptsRoutes ? [] : [['Tailscale on this machine does not accept routes', accept]]),
  ]
  if (first === undefined) return undefined
  const all = [first, ...more]
  return new AppError('TUNNEL_BLOCKED', all.map(([what]) => what).join(', and '), {
    hint: `${all.map(([, remedy]) => remedy).join(', and ')}; ${meanwhile}`,
    details: { routes: pending, acceptsRoutes },
  })
}

const clash = (machine: string, refused: readonly string[]) =>
  refused.length === 0
    ? undefined
    : new AppError(
        'TUNNEL_BLOCKED',
        `in use here, or outside of [network] machines, is what ${machine} has: ${refused.join(', ')}`,
        {
          hint: `connect to ${machine} again, which moves them, and take down and up what is there; ${meanwhile}`,
        },
      )
