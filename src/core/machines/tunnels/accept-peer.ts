import type { KeyedLock } from '../../../lib/keyed-lock.ts'
import { AppError } from '../../errors.ts'
import type { TunnelDevices, TunnelEcho, TunnelPeer, TunnelReading } from '../../ports/tunnels.ts'
import type { Clock, Store } from '../../ports.ts'
import { acceptingDevice, addressesFor, isWithinRange } from './addresses.ts'
import { isKey } from './judge-offer.ts'
import type { TunnelOffer, TunnelRequest } from './model.ts'

export interface AcceptDeps {
  devices: TunnelDevices
  store: Pick<Store, 'envs'>
  locks: KeyedLock
  clock: Pick<Clock, 'now'>
  homeId: string
  /** Range of the tunnels' own addresses. */
  tunnels: string
  /** UDP port for tunnels; the next free one where it is taken. */
  port: number
  /** Networks this machine routes to, but for those behind these interfaces. */
  routesBeside: (devices: readonly string[]) => Promise<string[]>
}

/** The end of a tunnel others call: they may reach this machine's envs, and nothing else. */
export interface TunnelHost {
  /** Lets a peer in, or says again what it was told. Throws NEEDS_ROOT, TOOL_MISSING, NOT_SUPPORTED, TUNNEL_FAILED. */
  accept(request: TunnelRequest): Promise<TunnelOffer>
  /** Shuts a peer out; with the last one everything goes. Harmless for one that is not there. */
  leave(publicKey: string): Promise<void>
  /** Networks of this machine's envs. */
  networks(): Promise<string[]>
  /** Shuts everybody out. */
  close(): Promise<void>
}

/** A peer that has not been heard of for so long is not coming back, ms. */
const longestSilence = 14 * 24 * 3600 * 1000

/** Opens no tunnel by itself: the first peer does. */
export function createTunnelHost(deps: AcceptDeps): TunnelHost {
  const end: End = {
    // named when it is needed: digests take 5 ms and 3 MB of a start that has no peers
    get name() {
      return acceptingDevice(deps.homeId)
    },
    echo: undefined,
  }
  const alone = <T>(work: () => Promise<T>) => deps.locks.run('tunnel host', work)
  return {
    accept: (request) => alone(() => accept(deps, end, request)),
    leave: (publicKey) => alone(() => leave(deps, end, publicKey)),
    networks: () => networksOf(deps),
    close: () =>
      alone(async () => void ((await deps.devices.list()).includes(end.name) && (await removeAll(deps, end)))),
  }
}

/** What stands of it. */
interface End {
  /** Its interface. */
  readonly name: string
  echo: TunnelEcho | undefined
}

const networksOf = async ({ store }: AcceptDeps) => (await store.envs()).map(({ subnet }) => subnet).toSorted()

async function accept(deps: AcceptDeps, end: End, request: TunnelRequest): Promise<TunnelOffer> {
  const { devices } = deps
  const { name } = end
  if (!isKey(request.publicKey)) throw new AppError('TUNNEL_REFUSED', 'that is no WireGuard key')
  await devices.check()
  const [reading, publicKey, networks] = await Promise.all([
    devices.read(name),
    devices.publicKey(name),
    networksOf(deps),
  ])
  const { address, peers, peerAddress } = await place(deps, name, request, reading)
  const port = reading === undefined ? await devices.freePort(deps.port) : reading.port
  const bring = (echoPort: number) =>
    devices.bring({ name, address, port, peers, admits: { networks, echoPort, from: deps.tunnels } })
  if (end.echo?.address !== address || reading === undefined) {
    end.echo?.close()
    await bring(port) // its address has to be there for somebody to listen on it
    end.echo = await devices.echo(address)
  }
  const echoPort = end.echo.port
  await bring(echoPort)
  return { publicKey, port, address, echoPort, peerAddress, networks }
}

async function leave(deps: AcceptDeps, end: End, publicKey: string): Promise<void> {
  const { devices } = deps
  const { name } = end
  const reading = await devices.read(name)
  if (reading === undefined) return
  const peers = peersOf(deps, reading).filter((peer) => peer.publicKey !== publicKey)
  if (peers.length === 0) return removeAll(deps, end)
  const [address, networks] = await Promise.all([ownAddress(deps, name), networksOf(deps)])
  const { port } = reading
  const admits = { networks, echoPort: end.echo?.port ?? port, from: deps.tunnels }
  await devices.bring({ name, address, port, peers, admits })
}

async function removeAll({ devices }: AcceptDeps, end: End): Promise<void> {
  end.echo?.close()
  end.echo = undefined
  await devices.remove(end.name)
}

/** Who is in, with what addresses, once this peer is. One that comes again keeps its address where it still wants it. */
async function place(deps: AcceptDeps, name: string, request: TunnelRequest, reading: TunnelReading | undefined) {
  const address = await ownAddress(deps, name)
  const others =
    reading === undefined ? [] : peersOf(deps, reading).filter((one) => one.publicKey !== request.publicKey)
  const known = reading?.peers.find(({ publicKey }) => publicKey === request.publicKey)?.addresses[0]
  const before = known?.split('/')[0]
  const taken = [address, ...others.map((one) => one.address)]
  const wanted = before === undefined ? request.addresses : [before, ...request.addresses]
  const peerAddress = wanted.find(
    (one) => request.addresses.includes(one) && isWithinRange(one, deps.tunnels) && !taken.includes(one),
  )
  if (peerAddress === undefined)
    throw new AppError('TUNNEL_REFUSED', `none of the addresses asked for is free in ${deps.tunnels} here`, {
      hint: 'both ends need the same [network] tunnels in config.toml',
    })
  const peer: TunnelPeer = { publicKey: request.publicKey, address: peerAddress, endpoint: null, networks: [] }
  return { address, peerAddress, peers: [...others, peer] }
}

/** This machine's own address in all its tunnels. */
async function ownAddress({ homeId, tunnels, routesBeside }: AcceptDeps, name: string): Promise<string> {
  const [address] = addressesFor(homeId, tunnels, await routesBeside([name]), 1)
  if (address !== undefined) return address
  throw new AppError('TUNNEL_REFUSED', `this machine routes ${tunnels} elsewhere`, {
    hint: 'set [network] tunnels in config.toml to a range nobody uses, on both ends',
  })
}

/** Peers that are in, as they are; those that were never heard of again are let go. */
function peersOf({ clock }: AcceptDeps, { peers }: TunnelReading): TunnelPeer[] {
  const oldest = clock.now().getTime() - longestSilence
  return peers.flatMap(({ publicKey, addresses: [own], handshakeAt }) =>
    own === undefined || (handshakeAt !== null && handshakeAt.getTime() < oldest)
      ? []
      : [{ publicKey, address: own.split('/')[0] ?? '', endpoint: null, networks: [] }],
  )
}
