import ipaddr from 'ipaddr.js'
import { overlap } from '../../envs/overlap.ts'
import { AppError } from '../../errors.ts'
import { isWithinRange } from './addresses.ts'
import type { TunnelOffer, TunnelRequest } from './model.ts'

/** What this end lets another one have a say in. */
export interface OfferLimits {
  /** Range of the tunnels' own addresses. */
  tunnels: string
  /** Range other machines' envs may have. */
  machines: string
  /** Networks this end has a use for: what it is in, routes to, or has promised an env. */
  taken: readonly string[]
}

/** A range larger than this is no env's, and no machine has more envs than this. */
const widestPrefix = 16
const mostNetworks = 1100

/**
 * What another machine says of itself, judged: it decides where packets of this machine go, and is not trusted with more
 * than its own envs. Throws TUNNEL_REFUSED for an offer that cannot be right.
 */
export function judgeOffer(
  offer: TunnelOffer,
  request: TunnelRequest,
  limits: OfferLimits,
): TunnelOffer & { refused: string[] } {
  const { publicKey, port, address, echoPort, peerAddress } = offer
  const refuse = (what: string) => {
    throw new AppError('TUNNEL_REFUSED', `the machine's offer is not taken: ${what}`)
  }
  if (!isKey(publicKey) || publicKey === request.publicKey) refuse('that is no key of its own')
  if (!isPort(port) || !isPort(echoPort)) refuse('that is no port')
  if (!request.addresses.includes(peerAddress)) refuse(`${shown(peerAddress)} was not asked for`)
  if (!isWithinRange(address, limits.tunnels) || address === peerAddress)
    refuse(`${shown(address)} is no address of ${limits.tunnels}`)
  if (limits.taken.some((one) => overlap(one, `${address}/32`))) refuse(`${address} is taken here`)
  return { publicKey, port, address, echoPort, peerAddress, ...judgeNetworks(offer.networks, limits) }
}

/** Which of these networks of another machine may be routed to it, and which not. */
export function judgeNetworks(
  networks: unknown,
  { machines, tunnels, taken }: OfferLimits,
): { networks: string[]; refused: string[] } {
  const given = (Array.isArray(networks) ? networks : []).slice(0, mostNetworks)
  const within = rangeOf(machines)
  // as numbers: a machine that names a thousand must not keep this one busy
  const held = [tunnels, ...taken].flatMap((one) => rangeOf(one) ?? [])
  const accepted: string[] = []
  const refused: string[] = []
  for (const network of given) {
    const range = typeof network === 'string' ? rangeOf(network) : undefined
    const fits =
      range !== undefined &&
      isWritten(network, range) &&
      within !== undefined &&
      range.first >= within.first &&
      range.last <= within.last &&
      !held.some(({ first, last }) => range.first <= last && first <= range.last)
    if (fits) held.push(range)
    if (fits) accepted.push(network)
    else refused.push(shown(network))
  }
  return { networks: accepted, refused }
}

/** IPv4 addresses as numbers, both of the network. */
interface Range {
  first: number
  last: number
  prefix: number
}

/** undefined for IPv6, and for what is no network. */
function rangeOf(cidr: string): Range | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr)) return undefined
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr)
  const size = 2 ** (32 - prefix)
  const value = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0)
  const first = value - (value % size)
  return { first, last: first + size - 1, prefix }
}

/** An env's network as Berth writes it, its own first address and nothing else: `10.225.0.64/26`. */
function isWritten(text: string, { first, prefix }: Range): boolean {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256)
  return prefix >= widestPrefix && text === `${bytes.join('.')}/${prefix}`
}

/** 32 bytes in base64, of which there is one spelling. */
export const isKey = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text)

const isPort = (port: unknown) => Number.isInteger(port) && Number(port) > 0 && Number(port) <= 65_535

/** What came from elsewhere, fit to be shown. */
const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 40) ?? 'nothing'
