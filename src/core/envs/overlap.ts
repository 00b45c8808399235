import ipaddr from 'ipaddr.js'

/** Whether two IPv4 networks share an address; an IPv6 one overlaps nothing here. */
export function overlap(a: string, b: string): boolean {
  if (!ipaddr.IPv4.isValidCIDR(a) || !ipaddr.IPv4.isValidCIDR(b)) return false
  const [one, two] = [ipaddr.IPv4.parseCIDR(a), ipaddr.IPv4.parseCIDR(b)]
  const shorter = Math.min(one[1], two[1])
  return one[0].match([two[0], shorter])
}
