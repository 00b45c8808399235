import { lookup } from 'node:dns/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { readRoutesBeside } from '../adapters/routes/routes.ts'
import { createAdvertisedMemory } from '../adapters/tailscale/memory.ts'
import { createTailscale } from '../adapters/tailscale/tailscale.ts'
import { createWireGuard } from '../adapters/wireguard/wireguard.ts'
import { AppError } from '../core/errors.ts'
import type { ConnectDeps } from '../core/machines/connect.ts'
import type { MachineDeps } from '../core/machines/deps.ts'
import type { Links } from '../core/machines/links.ts'
import type { MachineRecord } from '../core/machines/model.ts'
import { type SettlePoolDeps, settlePool as settlePoolOf } from '../core/machines/pools/settle-pool.ts'
import { createTailnetHost } from '../core/machines/tailnet/advertise-routes.ts'
import { createTailnetTunnels } from '../core/machines/tailnet/keep-tailnet.ts'
import { routesBesideTailnet } from '../core/machines/tailnet/routes-beside.ts'
import { createTunnelHost } from '../core/machines/tunnels/accept-peer.ts'
import { machineDevice } from '../core/machines/tunnels/addresses.ts'
import { joinTunnels } from '../core/machines/tunnels/join-tunnels.ts'
import { createTunnels } from '../core/machines/tunnels/keep-tunnels.ts'
import type { Host, Store } from '../core/ports.ts'
import type { Settings } from '../core/settings/model.ts'
import type { KeyedLock } from '../lib/keyed-lock.ts'
import { callDaemon } from './machines/ask-daemon.ts'

/** How long a machine may take to answer about its tunnels, ms: it may have to make one. */
const tunnelPatience = 30_000

interface TunnelParts extends Omit<MachineDeps, 'store'> {
  home: string
  store: Store
  locks: KeyedLock
  settings: Settings
  links: Links
  local: Host
  log: (message: string) => void
}

/** Both ends of tunnels: those to other machines, and those of others to this one. */
export function openTunnels(parts: TunnelParts) {
  const { home, homeId, store, locks, clock, settings, local } = parts
  const directory = join(home, 'tunnels')
  const { uid, username: user } = userInfo()
  const routesBeside = (names: readonly string[]) => readRoutesBeside(local, names)
  const devices = createWireGuard({ host: local, directory, homeId, platform: process.platform, uid })
  const tailnet = createTailscale({ host: local, homeId, platform: process.platform, uid, user })
  const { machines, tunnels: range, tunnelPort: port } = settings.network
  const shared = { ...parts, routesBeside, ranges: { tunnels: range, machines } }
  const tunnels = joinTunnels({
    wireguard: createTunnels({ ...shared, ...askForTunnel(parts), devices }),
    tailscale: createTailnetTunnels({ ...shared, ...askForRoutes(parts), tailnet }),
  })
  const memory = createAdvertisedMemory(directory)
  const pool = () => settings.network.pool
  return {
    tunnels,
    tunnelHost: createTunnelHost({ devices, store, locks, clock, homeId, tunnels: range, port, routesBeside }),
    tailnetHost: createTailnetHost({ tailnet, memory, store, locks, clock, pool }),
    settlePool: openSettlePool(parts, (machine) => {
      const own = machineDevice(homeId, machine.context, machine.name)
      const nodeOf = async () => (await callDaemon(socketOf(parts, machine), 'tunnel.node', {}, 10_000)).node
      return routesBesideTailnet({ tailnet, routesBeside, nodeOf }, machine, own)
    }),
  }
}

const socketOf = ({ machineSockets }: TunnelParts, { context, name }: MachineRecord) => ({
  name,
  socket: machineSockets(context, name).socket,
})

/** What the other end of a WireGuard tunnel is asked. */
function askForTunnel(parts: TunnelParts) {
  return {
    ask: (machine: MachineRecord, request: { publicKey: string; addresses: string[] }) =>
      callDaemon(socketOf(parts, machine), 'tunnel.accept', request, tunnelPatience),
    networksOf: async (machine: MachineRecord) =>
      (await callDaemon(socketOf(parts, machine), 'tunnel.networks', {}, 5000)).networks,
    leave: async (machine: MachineRecord, publicKey: string) =>
      void (await callDaemon(socketOf(parts, machine), 'tunnel.leave', { publicKey }, 10_000)),
    async addressOf({ context, name, destination }: MachineRecord) {
      const { control } = parts.machineSockets(context, name)
      return lookUp(await parts.ways.hostName({ destination, control }))
    },
  }
}

/** What a machine is asked that is to be reached through the tailnet. */
function askForRoutes(parts: TunnelParts) {
  return {
    advertise: (machine: MachineRecord, request: { peer: string; afresh: boolean }) =>
      callDaemon(socketOf(parts, machine), 'tunnel.advertise', request, tunnelPatience),
    withdraw: async (machine: MachineRecord, peer: string) =>
      void (await callDaemon(socketOf(parts, machine), 'tunnel.withdraw', { peer }, 10_000)),
    servicesOf: async (machine: MachineRecord) =>
      (await callDaemon(socketOf(parts, machine), 'env.names', {}, 5000)).names,
  }
}

function openSettlePool(
  parts: TunnelParts,
  routes: (machine: MachineRecord) => Promise<string[]>,
): ConnectDeps['settlePool'] {
  const move: SettlePoolDeps['move'] = (to, request) => callDaemon(socketOf(parts, to), 'tunnel.pool', request, 10_000)
  const { store, settings } = parts
  return (machine, emit) =>
    settlePoolOf({ store, network: settings.network, routes: () => routes(machine), move }, machine, emit)
}

/** The address of a host. Throws MACHINE_UNREACHABLE where its name is known to jump hosts alone. */
async function lookUp(host: string): Promise<string> {
  try {
    return (await lookup(host)).address
  } catch (cause) {
    throw new AppError('MACHINE_UNREACHABLE', `${host} has no address this machine knows`, {
      hint: 'a tunnel needs one, where SSH can go through a jump host',
      cause,
    })
  }
}
