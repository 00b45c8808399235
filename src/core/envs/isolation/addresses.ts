import ipaddr from 'ipaddr.js'

/**
 * Fixed IPv4 addresses of a network moved into another subnet: each keeps its distance from the network's first address
 * where that fits, the others take the highest free ones (the engine hands out the lowest). The answer is complete, and
 * no two addresses become one. `subnet` must have room for them.
 */
export function moveAddresses(
  addresses: readonly string[],
  original: string | undefined,
  subnet: string,
): Map<string, string> {
  const [base, prefix] = ipaddr.IPv4.parseCIDR(subnet)
  const start = toNumber(base.toString())
  const size = 2 ** (32 - prefix)
  const moved = new Map<string, string>()
  const used = new Set<number>()
  const wanted = [...new Set(addresses)].map((address) => ({ address, offset: offsetIn(address, original) }))
  for (const { address, offset } of wanted) {
    if (offset === undefined || offset < 1 || offset >= size - 1) continue
    used.add(offset)
    moved.set(address, toAddress(start + offset))
  }
  for (const { address } of wanted.filter((each) => !moved.has(each.address))) {
    let offset = size - 2
    while (used.has(offset)) offset -= 1
    used.add(offset)
    moved.set(address, toAddress(start + offset))
  }
  return moved
}

/** Distance of an address from the first of its network; undefined when it is not in it. */
export function offsetIn(address: string, network: string | undefined): number | undefined {
  if (network === undefined || !ipaddr.IPv4.isValidCIDR(network) || !ipaddr.IPv4.isValid(address)) return undefined
  const [base, prefix] = ipaddr.IPv4.parseCIDR(network)
  const size = 2 ** (32 - prefix)
  const start = Math.floor(toNumber(base.toString()) / size) * size
  const offset = toNumber(address) - start
  return offset >= 0 && offset < size ? offset : undefined
}

/**
 * The range the engine may hand out from, moved into another subnet: the same distance and size where that fits, else
 * the lower half when no fixed address lies in it, else none (undefined).
 */
export function moveRange(
  range: string,
  original: string | undefined,
  subnet: string,
  fixed: readonly string[],
): string | undefined {
  const [address = '', length = '32'] = range.split('/')
  const [base, prefix] = ipaddr.IPv4.parseCIDR(subnet)
  const start = toNumber(base.toString())
  const size = 2 ** (32 - prefix)
  const offset = offsetIn(address, original)
  const rangeSize = 2 ** (32 - Number(length))
  if (offset !== undefined && offset + rangeSize <= size) return `${toAddress(start + offset)}/${length}`
  const isBelow = (each: string) => toNumber(each) < start + size / 2
  return fixed.some(isBelow) ? undefined : `${toAddress(start)}/${prefix + 1}`
}

/** An IPv6 address with the first 64 bits of another network. */
export function moveIpv6(address: string, network: string): string {
  const [base] = ipaddr.IPv6.parseCIDR(network)
  const bytes = [...base.toByteArray().slice(0, 8), ...ipaddr.IPv6.parse(address).toByteArray().slice(8)]
  return ipaddr.fromByteArray(bytes).toString()
}

function toNumber(address: string): number {
  return ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0)
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
