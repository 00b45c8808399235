import { AppError } from '../../errors.ts'
import type { Tailnet } from '../../ports/tailnet.ts'
import type { Store } from '../../ports.ts'
import type { MachineRecord } from '../model.ts'
import { judgeRoutes } from './judge-routes.ts'
import type { RoutesOffer, RoutesRequest } from './model.ts'
import { type Answering, type Witness, whoAnswers, witnessesOf } from './try-routes.ts'

export interface LookDeps {
  tailnet: Pick<Tailnet, 'read' | 'answers'>
  store: Pick<Store, 'envs' | 'machines'>
  /** Range of other tunnels' own addresses, and the one other machines' envs may have. */
  ranges: { tunnels: string; machines: string }
  /** Networks this machine routes to, but for those behind these interfaces. */
  routesBeside: (devices: readonly string[]) => Promise<string[]>
  /** Has the berthd there advertise its envs' networks. Throws what it says, MACHINE_UNREACHABLE. */
  advertise(machine: MachineRecord, request: RoutesRequest): Promise<RoutesOffer>
  /** What runs there, for somebody to be asked whether packets get there. */
  servicesOf(machine: MachineRecord): Promise<Answering[]>
}

/** How the way through the tailnet to a machine looks just now. */
export interface Sight {
  /** Whether it leads there at all. */
  leads: boolean
  /** Networks that names may lead to. */
  networks: string[]
  /** Who answered there. */
  answering: Witness[]
  /** Whether somebody should have answered, and nobody did. */
  isSilent: boolean
  /** What is in the way of all of it, or of some. */
  problem: AppError | undefined
}

/** Looks at both ends, and asks for a sign of life. Throws what keeps the tailnet from leading there at all. */
export async function lookAtMachine(deps: LookDeps, machine: MachineRecord, request: RoutesRequest): Promise<Sight> {
  const reading = await deps.tailnet.read()
  const [offer, taken] = await Promise.all([deps.advertise(machine, request), takenHere(deps, machine, reading.device)])
  const { networks, problem } = judgeRoutes(machine.name, offer, reading, { ...deps.ranges, taken })
  const services = networks.length === 0 ? [] : await deps.servicesOf(machine).catch(() => [])
  const asked = witnessesOf(services, networks, offer.isOpen ? 'some' : 'all')
  const answering = await whoAnswers(deps.tailnet, asked)
  const isSilent = asked.length > 0 && answering.length === 0
  return {
    leads: networks.length > 0,
    // where the firewall there is not ours to open, names lead to those alone who are seen to be reached
    networks: offer.isOpen || isSilent ? networks : answering.map(({ address }) => `${address}/32`),
    answering,
    isSilent,
    problem: problem ?? (isSilent ? silence(machine) : undefined),
  }
}

/** Networks this machine has a use for: what it routes past the tailnet, the blocks of its own envs, other machines' pools. */
async function takenHere(
  { routesBeside, store }: LookDeps,
  { id }: MachineRecord,
  device: string | null,
): Promise<string[]> {
  const [routes, envs, machines] = await Promise.all([
    routesBeside(device === null ? [] : [device]),
    store.envs(),
    store.machines(),
  ])
  const pools = machines.filter((one) => one.id !== id).flatMap(({ pool }) => pool ?? [])
  return [...routes, ...envs.map(({ subnet }) => subnet), ...pools]
}

const silence = ({ name }: MachineRecord) =>
  new AppError('TUNNEL_BLOCKED', `nothing comes back from the envs of ${name} through the tailnet`, {
    hint: "see that the tailnet's policy lets this machine reach them, and that berthd there may set firewall rules (root); until then names go over SSH",
  })
