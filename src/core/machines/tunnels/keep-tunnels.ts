import { AppError, toAppError } from '../../errors.ts'
import type { Clock } from '../../ports.ts'
import type { Links } from '../links.ts'
import type { MachineRecord, Tunnel } from '../model.ts'
import { acceptingDevice, machineDevice } from './addresses.ts'
import { overSsh, type Reach } from './model.ts'
import { type RaisedTunnel, type RaiseTunnelDeps, raiseTunnel } from './raise-tunnel.ts'

export interface KeepTunnelsDeps extends RaiseTunnelDeps {
  links: Pick<Links, 'list'>
  clock: Clock
  /** What the machine's networks are now. */
  networksOf(machine: MachineRecord): Promise<string[]>
  /** Has the machine shut us out. */
  leave(machine: MachineRecord, publicKey: string): Promise<void>
  log: (message: string) => void
}

/** The tunnels of this daemon, of one kind or of all: they come back by themselves, as connections do. */
export interface Tunnels {
  /** How the services of a machine are reached just now. */
  reach(machine: Pick<MachineRecord, 'context' | 'name' | 'tunnel'>): Reach
  /** Throws NEEDS_ROOT, TOOL_MISSING, NOT_SUPPORTED, TAILSCALE_NOT_READY where this end can have no tunnel of that kind. */
  check(tunnel: Exclude<Tunnel, 'ssh'>): Promise<void>
  /** Sets up the tunnel to a machine that was just connected, and says whether it carries. Throws what it can never have one for. */
  settle(machine: MachineRecord): Promise<Reach>
  /** Lets go of the tunnel to a machine, on both ends where the other one can be asked. Harmless where there is none. */
  drop(machine: MachineRecord): Promise<void>
  /** Keeps them until the signal aborts. */
  keep(signal: AbortSignal): Promise<void>
  /** Takes all of this end away. */
  end(): Promise<void>
}

/** How often a tunnel is looked at, ms. */
const glance = 2000

/** How long an echo may take, ms; and how many in a row may stay away before names go another way. */
const patience = 1000
const mostSilent = 3

/** How long the first packet may take there and back, ms: a handshake, which is tried anew every 5 s. */
const firstPatience = 8000

/** A tunnel that could not be had is tried again after so long, ms. */
const retryAfter = 15_000

interface Entry {
  tunnel: RaisedTunnel | undefined
  up: boolean
  silent: number
  problem: Reach['problem']
  /** When it may be tried again, ms. */
  dueAt: number
  /** What is done about it at the moment. */
  work: Promise<void> | undefined
}

/** What is known of the tunnels, by machine. */
interface Kept {
  entries: Map<string, Entry>
  /** Let go of, while their machines are still connected. */
  dropped: Set<string>
}

/** Keeps a WireGuard tunnel to each connected machine that is to have one. */
export function createTunnels(deps: KeepTunnelsDeps): Tunnels {
  const kept: Kept = { entries: new Map(), dropped: new Set() }
  return {
    reach(machine) {
      if (machine.tunnel === 'ssh') return overSsh
      const entry = kept.entries.get(keyOf(machine))
      return entry === undefined ? { ...overSsh, problem: notYet(machine) } : reachOf(entry)
    },
    check: () => deps.devices.check(),
    async settle(machine) {
      kept.dropped.delete(keyOf(machine))
      const entry = entryOf(kept, machine)
      await entry.work?.catch(() => undefined)
      await exclusively(entry, () => raise(deps, entry, machine))
      return reachOf(entry)
    },
    drop: (machine) => drop(deps, kept, machine),
    async keep(signal) {
      await removeStale(deps).catch((error: unknown) => deps.log(`tunnels: ${toAppError(error).message}`))
      while (!signal.aborted) {
        lookAtAll(deps, kept)
        await deps.clock.wait(glance, signal).catch(() => undefined)
      }
    },
    async end() {
      const names = [...kept.entries.values()].flatMap(({ tunnel }) => tunnel?.device.name ?? [])
      await Promise.all(names.map((name) => deps.devices.remove(name)))
    },
  }
}

function entryOf({ entries }: Kept, machine: MachineRecord): Entry {
  const known = entries.get(keyOf(machine))
  if (known !== undefined) return known
  const entry = newEntry()
  entries.set(keyOf(machine), entry)
  return entry
}

async function drop(deps: KeepTunnelsDeps, { entries, dropped }: Kept, machine: MachineRecord): Promise<void> {
  const { devices, log } = deps
  const entry = entries.get(keyOf(machine))
  entries.delete(keyOf(machine))
  dropped.add(keyOf(machine))
  await entry?.work?.catch(() => undefined)
  const name = machineDevice(deps.homeId, machine.context, machine.name)
  if (machine.tunnel === 'ssh' && !(await devices.list()).includes(name)) return
  const left = devices.publicKey(name).then((key) => deps.leave(machine, key))
  await left.catch((error: unknown) => log(`the tunnel to ${machine.name}: ${toAppError(error).message}`))
  await devices.remove(name)
}

function lookAtAll(deps: KeepTunnelsDeps, kept: Kept): void {
  const wanted = deps.links.list().filter(({ machine }) => machine.tunnel === 'wireguard')
  for (const key of kept.dropped) if (!wanted.some(({ machine }) => keyOf(machine) === key)) kept.dropped.delete(key)
  for (const { machine, link } of wanted)
    if (link.state === 'connected' && !kept.dropped.has(keyOf(machine))) tend(deps, entryOf(kept, machine), machine)
}

const keyOf = ({ context, name }: Pick<MachineRecord, 'context' | 'name'>) => `${context}\n${name}`

const newEntry = (): Entry => ({
  tunnel: undefined,
  up: false,
  silent: 0,
  problem: null,
  dueAt: 0,
  work: undefined,
})

function reachOf({ tunnel, up, problem }: Entry): Reach {
  if (!up || tunnel === undefined) return { ...overSsh, problem }
  return { by: 'wireguard', networks: tunnel.device.peers.flatMap(({ networks }) => networks), problem }
}

const notYet = ({ name }: Pick<MachineRecord, 'name'>) => {
  const { code, message, hint } = new AppError('TUNNEL_BLOCKED', `the tunnel to ${name} is not up yet`)
  return { code, message, hint }
}

/** One thing at a time for each tunnel. */
async function exclusively(entry: Entry, work: () => Promise<void>): Promise<void> {
  entry.work = work().finally(() => (entry.work = undefined))
  await entry.work
}

/** Looks at a tunnel unless that is being done; what fails is tried again. */
function tend(deps: KeepTunnelsDeps, entry: Entry, machine: MachineRecord): void {
  if (entry.work !== undefined) return
  const look = async () => {
    try {
      if (entry.tunnel === undefined || !entry.up) await raiseWhenDue(deps, entry, machine)
      else await check(deps, entry, machine, entry.tunnel)
    } catch (error) {
      noteFailure(deps, entry, machine, error)
    }
  }
  void exclusively(entry, look)
}

async function raiseWhenDue(deps: KeepTunnelsDeps, entry: Entry, machine: MachineRecord): Promise<void> {
  // one that is set up may begin to carry at any time: a firewall was opened, the network is another one
  if (entry.tunnel !== undefined && (await echoes(deps, entry.tunnel, patience))) return noteUp(deps, entry, machine)
  if (deps.clock.now().getTime() >= entry.dueAt) await raise(deps, entry, machine)
}

async function raise(deps: KeepTunnelsDeps, entry: Entry, machine: MachineRecord): Promise<void> {
  entry.dueAt = deps.clock.now().getTime() + retryAfter
  entry.tunnel = await raiseTunnel(deps, machine, { afresh: true })
  sayRefused(deps, machine, entry.tunnel)
  if (await echoes(deps, entry.tunnel, firstPatience)) return noteUp(deps, entry, machine)
  throw await silence(deps, machine, entry.tunnel)
}

const echoes = ({ devices }: KeepTunnelsDeps, { device, echo }: RaisedTunnel, timeoutMs: number) =>
  devices.probe(device.address, echo, timeoutMs)

function noteUp({ log }: KeepTunnelsDeps, entry: Entry, { name }: MachineRecord): void {
  if (!entry.up) log(`the tunnel to ${name} is up`)
  Object.assign(entry, { up: true, silent: 0, problem: null })
}

function noteFailure({ log }: KeepTunnelsDeps, entry: Entry, { name }: MachineRecord, error: unknown): void {
  const { code, message, hint } = toAppError(error)
  if (entry.problem?.message !== message) log(`the tunnel to ${name}: ${message}`)
  Object.assign(entry, { up: false, problem: { code, message, hint } })
}

/** Whether a tunnel that is up still carries, and leads where it should. */
async function check(deps: KeepTunnelsDeps, entry: Entry, machine: MachineRecord, tunnel: RaisedTunnel): Promise<void> {
  const [carries, networks] = await Promise.all([
    echoes(deps, tunnel, patience),
    deps.networksOf(machine).catch(() => undefined),
  ])
  if (!carries) {
    entry.silent += 1
    // it may have been started anew, and know nothing of us: asking again is harmless
    if (networks !== undefined) entry.tunnel = await raiseTunnel(deps, machine, { afresh: true })
    if (entry.silent < mostSilent) return
    throw await silence(deps, machine, tunnel)
  }
  entry.silent = 0
  if (networks === undefined || JSON.stringify(networks) === tunnel.offered) return
  // the machine has its firewall let the new ones through, before they are routed there
  entry.tunnel = await raiseTunnel(deps, machine, { afresh: false })
  sayRefused(deps, machine, entry.tunnel)
}

/** Why nothing comes back. */
async function silence(
  { devices }: KeepTunnelsDeps,
  { name }: MachineRecord,
  { device, endpoint }: RaisedTunnel,
): Promise<AppError> {
  const { host, port } = endpoint
  const reading = await devices.read(device.name)
  const shaken = reading?.peers.some(({ handshakeAt }) => handshakeAt !== null) ?? false
  return new AppError(
    'TUNNEL_BLOCKED',
    shaken
      ? `nothing comes back through the tunnel to ${name} any more`
      : `no WireGuard handshake with ${name} at ${host}, UDP port ${port}`,
    {
      hint: `let UDP port ${port} of ${name} in through its firewall; until then names go over SSH`,
      details: { host, port },
    },
  )
}

function sayRefused({ log }: KeepTunnelsDeps, { name }: MachineRecord, { refused }: RaisedTunnel): void {
  if (refused.length > 0) log(`${name}: not routed there, names of it go over SSH: ${refused.join(', ')}`)
}

/** Interfaces of machines that are no longer to have one: an earlier berthd was ended in between. */
async function removeStale({ devices, store, homeId }: KeepTunnelsDeps): Promise<void> {
  const [found, machines] = await Promise.all([devices.list(), store.machines()])
  const kept = machines
    .filter(({ tunnel }) => tunnel === 'wireguard')
    .map(({ context, name }) => machineDevice(homeId, context, name))
  for (const name of found) if (name !== acceptingDevice(homeId) && !kept.includes(name)) await devices.remove(name)
}
