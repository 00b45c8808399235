import type { TunnelReading } from '../../core/ports/tunnels.ts'

/** `wg show DEVICE dump`: a line for the interface, then one for each peer. The private key in the first is left where it is. */
export function parseDump(text: string): TunnelReading {
  const [device = '', ...peers] = text.trimEnd().split('\n')
  return {
    port: Number(device.split('\t')[2]) || 0,
    peers: peers.map((line) => {
      const [publicKey = '', , , allowed = '', handshake = '0'] = line.split('\t')
      const addresses = allowed === '(none)' ? [] : allowed.split(',')
      return { publicKey, addresses, handshakeAt: handshake === '0' ? null : new Date(Number(handshake) * 1000) }
    }),
  }
}

/** Interfaces with this label, of `ip -json link`. */
export function parseLabelled(json: string, label: string): string[] {
  const links = JSON.parse(json || '[]') as { ifname?: string; ifalias?: string }[]
  return links.flatMap(({ ifname, ifalias }) => (ifname !== undefined && ifalias === label ? [ifname] : []))
}

/** Whether `ip -json link` lists an interface. */
export const hasLink = (json: string, name: string) =>
  (JSON.parse(json || '[]') as { ifname?: string }[]).some(({ ifname }) => ifname === name)

/** Destinations of `ip -json route`; one address stands without a prefix there. */
export const parseDestinations = (json: string): string[] =>
  (JSON.parse(json || '[]') as { dst?: string }[]).flatMap(({ dst }) => dst ?? [])

/** Addresses of `ip -json address`. */
export const parseAddresses = (json: string): string[] =>
  (JSON.parse(json || '[]') as { addr_info?: { local?: string }[] }[]).flatMap(({ addr_info }) =>
    (addr_info ?? []).flatMap(({ local }) => local ?? []),
  )
