import ipaddr from 'ipaddr.js'

/** A host name as names are compared here: lower case, no dot at either end. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/^\.+|\.+$/g, '')
}

/** True for a name DNS can carry: labels of 1 to 63 characters of [a-z0-9_-], 253 in all (RFC 1035, 2.3.4). */
export function isDomainName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label))
}

/** The name without its first label; empty for the last one. */
export function parentName(name: string): string {
  const dot = name.indexOf('.')
  return dot === -1 ? '' : name.slice(dot + 1)
}

/** True when `name` is `ancestor` or stands below it. */
export function isWithin(name: string, ancestor: string): boolean {
  return name === ancestor || name.endsWith(`.${ancestor}`)
}

/** The name that PTR is asked of (`3.0.224.10.in-addr.arpa`), or undefined for what is no address. */
export function reverseName(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined
  const parsed = ipaddr.parse(address)
  if (parsed instanceof ipaddr.IPv4) return `${parsed.octets.toReversed().join('.')}.in-addr.arpa`
  const nibbles = parsed.toByteArray().flatMap((byte) => [byte >> 4, byte & 15])
  return `${nibbles
    .toReversed()
    .map((nibble) => nibble.toString(16))
    .join('.')}.ip6.arpa`
}
