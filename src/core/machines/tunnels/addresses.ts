import { createHash } from 'node:crypto'
import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { overlap } from '../../envs/overlap.ts'

/** The interface a home takes others' tunnels on: one for all of them. */
export const acceptingDevice = (homeId: string) => deviceName(`${homeId}\0`)

/** The interface of a home that leads to one machine. */
export const machineDevice = (homeId: string, context: string, name: string) =>
  deviceName(`${homeId}\0${context}\0${name}`)

/** Linux takes 15 bytes. */
const deviceName = (key: string) => `berth${createHash('sha256').update(key).digest('hex').slice(0, 10)}`

/**
 * Addresses of this range for whoever `key` is, the same each time, that overlap nothing taken: as many as wanted, so
 * that the other end can leave out those it has another use for.
 */
export function addressesFor(key: string, range: string, taken: readonly string[], count: number): string[] {
  const [base, prefix] = ipaddr.IPv4.parseCIDR(range)
  const first = numberOf(base)
  const size = 2 ** (32 - prefix)
  const found = new Set<string>()
  if (size < 4) return []
  // without the first and the last, which some take for a network's own and its broadcast
  for (let attempt = 0; attempt < 100 * count && found.size < count; attempt++) {
    const digest = createHash('sha256').update(`${key}\0${attempt}`).digest()
    const address = textOf(first - (first % size) + 1 + (digest.readUInt32BE() % (size - 2)))
    if (!taken.some((one) => overlap(one.includes('/') ? one : `${one}/32`, `${address}/32`))) found.add(address)
  }
  return [...found]
}

/** Whether this is an address of the range, and nothing else. */
export const isWithinRange = (address: string, range: string) =>
  isIPv4(address) && ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range))

const numberOf = (address: ipaddr.IPv4) => address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0)
const textOf = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
