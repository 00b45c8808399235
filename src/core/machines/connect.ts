import ipaddr from 'ipaddr.js'
import { requireContext } from '../contexts/contexts.ts'
import { AppError, toAppError } from '../errors.ts'
import type { Emit } from '../operations/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { HostKey } from '../ports.ts'
import type { MachineDeps } from './deps.ts'
import type { Links } from './links.ts'
import type { MachineFacts, MachineRecord, Tunnel } from './model.ts'
import { machineName } from './name.ts'
import { type Raised, raiseMachine } from './raise.ts'
import type { Tunnels } from './tunnels/keep-tunnels.ts'

/** What `berth connect` asks for. */
export interface ConnectRequest {
  context: string
  destination: string
  name?: string | undefined
  /** How its services are to be reached; as before unless said. */
  tunnel?: Tunnel | undefined
  /** A host key the user has accepted, by its fingerprint. */
  acceptHostKey?: string | undefined
  agent?: string | undefined
}

/** What connecting takes. */
export type ConnectDeps = MachineDeps & {
  links: Links
  /** Keeps its envs' addresses clear of others'. Returns where they come from. */
  settlePool: (machine: MachineRecord, emit: Emit) => Promise<string | undefined>
  tunnels: Pick<Tunnels, 'check' | 'settle' | 'drop'>
}

/** Connects this machine to another one, and keeps it so. */
export async function connectMachine(
  deps: ConnectDeps,
  request: ConnectRequest,
  scope: OperationScope,
): Promise<{ machine: MachineRecord; facts: MachineFacts }> {
  const { context, destination, agent, tunnel } = request
  await requireContext(deps, context)
  const name = machineName(request.name, destination)
  const before = await knownMachine(deps, context, name, destination)
  if (tunnel !== undefined && tunnel !== 'ssh') await deps.tunnels.check(tunnel)
  const { control } = deps.machineSockets(context, name)
  const address = { destination, control, agent }
  if (request.acceptHostKey !== undefined) await deps.ways.acceptHostKey(address, request.acceptHostKey)
  const { signal, emit } = scope
  const raise = () => raiseMachine(deps, { context, name, destination, agent, explicit: true, signal, emit })
  const raised = await withHostKey(deps, address, raise)
  const found: MachineRecord = {
    context,
    name,
    destination,
    tunnel: tunnel ?? before?.tunnel ?? 'ssh',
    id: raised.daemon.id,
    pool: poolOf(raised.daemon),
    home: raised.daemon.home,
    socket: raised.daemon.socket,
    connectedAt: deps.clock.now().toISOString(),
  }
  const machine = { ...found, pool: await deps.settlePool(found, emit) }
  await changeTunnel(deps, { machine, before, raised }, emit)
  await deps.store.addMachine(machine)
  deps.links.adopt(machine, raised, agent)
  return { machine, facts: raised.facts }
}

/** What a machine says is not taken for more than it is. */
const poolOf = ({ pool }: { pool?: unknown }) =>
  typeof pool === 'string' && ipaddr.IPv4.isValidCIDRFourPartDecimal(pool) ? pool : undefined

/** A name means one machine; connecting to it again is harmless, and mends what broke. */
async function knownMachine(
  deps: MachineDeps,
  context: string,
  name: string,
  destination: string,
): Promise<MachineRecord | undefined> {
  const taken = (await deps.store.machines()).find((one) => one.context === context && one.name === name)
  if (taken === undefined || taken.destination === destination) return taken
  throw new AppError('MACHINE_EXISTS', `${name} is ${taken.destination} already`, {
    hint: `choose another --name, or berth disconnect ${name} first`,
    details: { name, destination: taken.destination },
  })
}

/**
 * Brings the tunnel there is to be, or takes the other one away. One that cannot be had at all keeps the machine from being
 * connected so; one that does not carry now is said, and tried again for as long as the machine is connected.
 */
async function changeTunnel(
  deps: ConnectDeps,
  { machine, before, raised }: { machine: MachineRecord; before: MachineRecord | undefined; raised: Raised },
  emit: Emit,
): Promise<void> {
  const other = before !== undefined && before.tunnel !== machine.tunnel ? before : undefined
  if (other !== undefined && other.tunnel !== 'ssh') await deps.tunnels.drop(other)
  if (machine.tunnel === 'ssh') return
  try {
    await deps.tunnels.settle(machine)
  } catch (error) {
    const { code, message, hint } = toAppError(error)
    if (code !== 'TUNNEL_BLOCKED') {
      if (before?.tunnel !== machine.tunnel) await deps.tunnels.drop(machine)
      if (other !== undefined) await deps.tunnels.settle(other).catch(() => undefined) // it goes on being tried
      if (before === undefined) await raised.connection.close()
      throw error
    }
    emit({ type: 'warning', message: `${message}; ${hint}` })
  }
}

/** A key that is not known is shown, for somebody to accept it. */
async function withHostKey(
  deps: MachineDeps,
  address: Parameters<MachineDeps['ways']['hostKeys']>[0],
  raise: () => Promise<Raised>,
): Promise<Raised> {
  try {
    return await raise()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'HOST_KEY_UNKNOWN') throw error
    throw unknownKey(address.destination, await deps.ways.hostKeys(address))
  }
}

function unknownKey(destination: string, keys: HostKey[]): AppError {
  const [key] = keys
  if (key === undefined) return new AppError('HOST_KEY_UNKNOWN', `the SSH host key of ${destination} is not known`)
  return new AppError(
    'HOST_KEY_UNKNOWN',
    `${destination} has an SSH host key that is not known here: ${key.type} ${key.fingerprint}`,
    {
      hint: `if that is its key: berth connect ${destination} --accept-host-key ${key.fingerprint}`,
      details: { destination, fingerprint: key.fingerprint, type: key.type },
    },
  )
}
