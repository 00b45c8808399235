import ipaddr from 'ipaddr.js'
import { AppError } from '../errors.ts'

/** An IPv4 range: first address as a number, and how many there are (a power of two). */
interface Range {
  start: number
  size: number
}

/** One network of an env that wants addresses. */
export interface SubnetNeed {
  key: string
  /** Addresses it must hold, with those of the network itself, its gateway and broadcast. */
  addresses: number
}

/** The smallest subnet Docker takes without complaint holds 8 addresses, 5 of them for containers. */
const smallestSubnet = 8

/**
 * The first block of the pool with this prefix length that overlaps nothing taken. `taken` may hold IPv6 and networks
 * outside the pool. Throws SUBNET_EXHAUSTED.
 */
export function allocateBlock(taken: readonly string[], pool: string, prefix: number): string {
  const within = parseRange(pool)
  const size = 2 ** (32 - prefix)
  const obstacles = taken.flatMap((cidr) => parseIpv4(cidr) ?? []).sort((a, b) => a.start - b.start)
  let start = within.start
  for (const obstacle of obstacles) {
    if (obstacle.start >= start + size) break
    start = Math.max(start, alignUp(obstacle.start + obstacle.size, size))
  }
  if (start + size <= within.start + within.size) return format({ start, size })
  throw new AppError('SUBNET_EXHAUSTED', `no free /${prefix} is left in ${pool}`, { details: { pool, prefix } })
}

/**
 * A subnet of the block for each network. Those in `existing` keep theirs where it is still large enough; the others are
 * placed largest first, and doubled together while that leaves half of the block free: room for replicas and for
 * networks yet to come. The same arguments give the same answer. Throws SUBNET_EXHAUSTED with the prefix that would do.
 */
export function splitBlock(
  block: string,
  needs: readonly SubnetNeed[],
  existing: Readonly<Record<string, string>> = {},
): Map<string, string> {
  const whole = parseRange(block)
  const kept = new Map<string, Range>()
  for (const { key, addresses } of needs) {
    const range = existing[key] === undefined ? undefined : parseIpv4(existing[key])
    if (
      range &&
      isWithin(range, whole) &&
      range.size >= sizeFor(addresses) &&
      ![...kept.values()].some((other) => overlaps(range, other))
    )
      kept.set(key, range)
  }
  const wanted = needs
    .filter(({ key }) => !kept.has(key))
    .map(({ key, addresses }) => ({ key, size: sizeFor(addresses) }))
    .sort((a, b) => b.size - a.size || (a.key < b.key ? -1 : 1))
  const placed = place(whole, [...kept.values()], grow(wanted, whole.size))
  // what is kept may leave gaps too small for the rest: then everything moves
  if (!placed && kept.size > 0) return splitBlock(block, needs)
  if (!placed) {
    const prefix = prefixFor(needs)
    throw new AppError(
      'SUBNET_EXHAUSTED',
      `the networks of this project do not fit into ${block}: they need a /${prefix}`,
      {
        details: { block, prefix },
      },
    )
  }
  return new Map(needs.map(({ key }) => [key, format(kept.get(key) ?? placed.get(key) ?? whole)]))
}

/** Prefix length of the smallest block that holds these networks. */
export function prefixFor(needs: readonly SubnetNeed[]): number {
  // sizes are powers of two, so placed largest first they leave no gaps
  const total = needs.reduce((sum, { addresses }) => sum + sizeFor(addresses), 0)
  return 32 - Math.ceil(Math.log2(Math.max(total, smallestSubnet)))
}

function sizeFor(addresses: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(addresses, smallestSubnet)))
}

function grow(wanted: readonly { key: string; size: number }[], blockSize: number): { key: string; size: number }[] {
  const total = wanted.reduce((sum, { size }) => sum + size, 0)
  if (total === 0) return []
  let factor = 1
  while (total * factor * 2 <= blockSize / 2) factor *= 2
  return wanted.map(({ key, size }) => ({ key, size: size * factor }))
}

/** First fit, each range aligned to its own size; undefined when one does not fit. */
function place(
  whole: Range,
  kept: readonly Range[],
  wanted: readonly { key: string; size: number }[],
): Map<string, Range> | undefined {
  const used = [...kept]
  const placed = new Map<string, Range>()
  for (const { key, size } of wanted) {
    let range: Range | undefined
    for (let start = whole.start; start + size <= whole.start + whole.size && !range; start += size) {
      if (!used.some((other) => overlaps({ start, size }, other))) range = { start, size }
    }
    if (!range) return undefined
    used.push(range)
    placed.set(key, range)
  }
  return placed
}

function overlaps(a: Range, b: Range): boolean {
  return a.start < b.start + b.size && b.start < a.start + a.size
}

function isWithin(inner: Range, outer: Range): boolean {
  return inner.start >= outer.start && inner.start + inner.size <= outer.start + outer.size
}

function alignUp(value: number, size: number): number {
  return Math.ceil(value / size) * size
}

function parseRange(cidr: string): Range {
  const range = parseIpv4(cidr)
  if (!range) throw new AppError('CONFIG_INVALID', `${cidr} is not an IPv4 network such as 10.224.0.0/16`)
  return range
}

/** undefined for IPv6 and for what is no CIDR at all. */
function parseIpv4(cidr: string): Range | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr)) return undefined
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr)
  const size = 2 ** (32 - prefix)
  const value = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0)
  return { start: Math.floor(value / size) * size, size }
}

function format({ start, size }: Range): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256)
  return `${bytes.join('.')}/${32 - Math.log2(size)}`
}
