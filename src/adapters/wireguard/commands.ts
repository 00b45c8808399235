import type { TunnelDevice, TunnelPeer } from '../../core/ports/tunnels.ts'

/** Bytes a packet may have: what Ethernet carries, less what WireGuard adds over IPv6. */
const mtu = 1420

/** Seconds between signs of life, both ways: a NAT in between keeps its entry, and the ends learn of new addresses. */
const keepalive = 5

/** Makes the interface with the kernel's own WireGuard. */
export const addDevice = (name: string) => ['ip', 'link', 'add', 'dev', name, 'type', 'wireguard']

/** The same where the kernel has none: returns once the interface is there, and leaves a process behind that ends with it. */
export const addUserDevice = (name: string) => ['wireguard-go', name]

export const removeDevice = (name: string) => ['ip', 'link', 'delete', 'dev', name]

export const listLinks = () => ['ip', '-json', 'link', 'show']

/** Networks that are routed into an interface. */
export const listRoutes = (name: string) => ['ip', '-json', '-4', 'route', 'show', 'dev', name]

/** Addresses of an interface. */
export const listAddresses = (name: string) => ['ip', '-json', '-4', 'address', 'show', 'dev', name]

/** Keys, endpoints and times, tab-separated. Its first line holds the private key: only ever read, never kept or shown. */
export const dumpDevice = (name: string) => ['wg', 'show', name, 'dump']

/** Key by the path of its file, never by its value. */
export function configureDevice(
  { name, port, peers }: TunnelDevice,
  keyFile: string,
  now: { port: number; peers: readonly { publicKey: string }[] },
): string[] {
  const stale = now.peers.filter(({ publicKey }) => !peers.some((peer) => peer.publicKey === publicKey))
  return [
    'wg',
    'set',
    name,
    'private-key',
    keyFile,
    // setting the port that is set already would have wireguard-go open its socket anew
    ...(port === null || port === now.port ? [] : ['listen-port', String(port)]),
    ...stale.flatMap(({ publicKey }) => ['peer', publicKey, 'remove']),
    ...peers.flatMap(peerWords),
  ]
}

function peerWords({ publicKey, address, endpoint, networks, afresh }: TunnelPeer): string[] {
  const host = endpoint?.host.includes(':') ? `[${endpoint.host}]` : endpoint?.host
  return [
    ...(afresh === true ? ['peer', publicKey, 'remove'] : []),
    'peer',
    publicKey,
    ...(endpoint === null ? [] : ['endpoint', `${host}:${endpoint.port}`]),
    'persistent-keepalive',
    String(keepalive),
    'allowed-ips',
    [`${address}/32`, ...networks].join(','),
  ]
}

/** What `ip -batch` is to do: the interface's label, address and routes as wanted, and it is up. */
export function batchFor(
  { name, address, peers }: TunnelDevice,
  label: string,
  now: { addresses: readonly string[]; routes: readonly string[] },
): string {
  const wanted = peers.flatMap((peer) => [peer.address, ...peer.networks])
  return [
    `link set dev ${name} alias "${label}"`,
    ...now.addresses.filter((one) => one !== address).map((one) => `address delete ${one}/32 dev ${name}`),
    ...(now.addresses.includes(address) ? [] : [`address add ${address}/32 dev ${name}`]),
    `link set dev ${name} mtu ${mtu} up`,
    ...now.routes.filter((one) => !wanted.includes(one)).map((one) => `route delete ${one} dev ${name}`),
    ...wanted.map((one) => `route replace ${one} dev ${name} src ${address}`),
    '',
  ].join('\n')
}
