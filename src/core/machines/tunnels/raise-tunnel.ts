import { AppError } from '../../errors.ts'
import type { TunnelDevice, TunnelDevices } from '../../ports/tunnels.ts'
import type { Store } from '../../ports.ts'
import type { MachineRecord } from '../model.ts'
import { addressesFor, machineDevice } from './addresses.ts'
import { judgeOffer } from './judge-offer.ts'
import type { TunnelOffer, TunnelRequest } from './model.ts'

export interface RaiseTunnelDeps {
  devices: TunnelDevices
  store: Pick<Store, 'envs' | 'machines'>
  homeId: string
  /** Range of the tunnels' own addresses, and the one other machines' envs may have. */
  ranges: { tunnels: string; machines: string }
  /** Networks this machine routes to, but for those behind these interfaces. */
  routesBeside: (devices: readonly string[]) => Promise<string[]>
  /** Has the berthd there let us in. Throws what it says, MACHINE_UNREACHABLE. */
  ask(machine: MachineRecord, request: TunnelRequest): Promise<TunnelOffer>
  /** The address ssh goes to. Throws MACHINE_UNREACHABLE where that name is not known here. */
  addressOf(machine: MachineRecord): Promise<string>
}

/** A tunnel that was set up; whether anything comes through it has to be tried. */
export interface RaisedTunnel {
  device: TunnelDevice
  echo: { address: string; port: number }
  endpoint: { host: string; port: number }
  /** What the machine said its networks are, and which of them are not routed there. */
  offered: string
  refused: string[]
}

/** How many addresses of its own this end offers to have. */
const choices = 8

/**
 * Sets up this end of a tunnel to a machine, and has the machine set up the other; safe to repeat. `afresh`: with a new
 * handshake, since the other end has forgotten the last one.
 */
export async function raiseTunnel(
  deps: RaiseTunnelDeps,
  machine: MachineRecord,
  { afresh }: { afresh: boolean },
): Promise<RaisedTunnel> {
  const { devices, homeId, ranges } = deps
  const name = machineDevice(homeId, machine.context, machine.name)
  await devices.check()
  const [publicKey, taken] = await Promise.all([devices.publicKey(name), takenHere(deps, name)])
  const addresses = addressesFor(`${homeId}\0${machine.name}`, ranges.tunnels, taken, choices)
  if (addresses.length === 0)
    throw new AppError('TUNNEL_REFUSED', `this machine routes ${ranges.tunnels} elsewhere`, {
      hint: 'set [network] tunnels in config.toml to a range nobody uses, on both ends',
    })
  const request = { publicKey, addresses }
  const [answered, host] = await Promise.all([deps.ask(machine, request), deps.addressOf(machine)])
  const offer = judgeOffer(answered, request, { ...ranges, taken })
  const endpoint = { host, port: offer.port }
  const peer = { publicKey: offer.publicKey, address: offer.address, endpoint, networks: offer.networks, afresh }
  const device: TunnelDevice = { name, address: offer.peerAddress, port: null, peers: [peer], admits: null }
  await devices.bring(device)
  return {
    device,
    endpoint,
    echo: { address: offer.address, port: offer.echoPort },
    offered: JSON.stringify(answered.networks),
    refused: offer.refused,
  }
}

/** Networks this machine has a use for: what it routes, other tunnels among it, and the blocks of its own envs. */
async function takenHere({ routesBeside, store }: RaiseTunnelDeps, name: string): Promise<string[]> {
  const [routes, envs] = await Promise.all([routesBeside([name]), store.envs()])
  return [...routes, ...envs.map(({ subnet }) => subnet)]
}
