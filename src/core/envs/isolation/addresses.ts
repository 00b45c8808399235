import ipaddr from 'ipaddr.js'

/**
 * Fixed IPv4 addresses of a network moved into the lower half of another subnet (the engine hands out the upper half):
 * each keeps its distance from the network's first address where that fits, the others take the highest free ones. The
 * answer is complete, no two addresses become one, and none becomes the network's first or (a gateway's) second.
 */
export function moveAddresses(
  addresses: readonly string[],
  original: string | undefined,
  subnet: string,
): Map<string, string> {
  const { start, size } = rangeOf(subnet)
  const moved = new Map<string, string>()
  const used = new Set([0, 1])
  const put = (address: string, offset: number) => {
    used.add(offset)
    moved.set(address, toAddress(start + offset))
  }
  const wanted = [...new Set(addresses)].map((address) => ({ address, offset: offsetIn(address, original) ?? 0 }))
  const fits = wanted.filter(({ offset }) => offset > 0 && offset < size / 2)
  for (const { address, offset } of fits) put(address, offset)
  for (const { address } of wanted.filter((each) => !fits.includes(each))) {
    let offset = size / 2 - 1
    while (used.has(offset)) offset -= 1
    put(address, offset)
  }
  return moved
}

/** Distance of an address from the first of its network; undefined when it is not in it. */
export function offsetIn(address: string, network: string | undefined): number | undefined {
  if (network === undefined || !ipaddr.IPv4.isValid(address)) return undefined
  const { start, size } = rangeOf(network)
  const offset = toNumber(address) - start
  return offset >= 0 && offset < size ? offset : undefined
}

/** The half of a subnet that no fixed address is moved to. */
export function upperHalf(subnet: string): string {
  const { start, size, prefix } = rangeOf(subnet)
  return `${toAddress(start + size / 2)}/${prefix + 1}`
}

/** The address a network's gateway has unless something else is said. */
export function usualGateway(subnet: string): string {
  return toAddress(rangeOf(subnet).start + 1)
}

/** An IPv6 address with the first 64 bits of another network. */
export function moveIpv6(address: string, network: string): string {
  const [base] = ipaddr.IPv6.parseCIDR(network)
  const bytes = [...base.toByteArray().slice(0, 8), ...ipaddr.IPv6.parse(address).toByteArray().slice(8)]
  return ipaddr.fromByteArray(bytes).toString()
}

function rangeOf(cidr: string): { start: number; size: number; prefix: number } {
  const [base, prefix] = ipaddr.IPv4.parseCIDR(cidr)
  const size = 2 ** (32 - prefix)
  return { start: Math.floor(toNumber(base.toString()) / size) * size, size, prefix }
}

function toNumber(address: string): number {
  return ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0)
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
