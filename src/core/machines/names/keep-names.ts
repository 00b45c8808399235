import { overlap } from '../../envs/overlap.ts'
import { toAppError } from '../../errors.ts'
import type { ServiceName } from '../../names/list-names.ts'
import type { NamedEnv } from '../../names/model.ts'
import type { Clock, MachineConnection } from '../../ports.ts'
import type { Links } from '../links.ts'
import type { MachineRecord } from '../model.ts'
import { machineDomain } from '../name.ts'
import type { Tunnels } from '../tunnels/keep-tunnels.ts'
import { loopbackFor } from './loopback.ts'
import { type PortForward, remoteServices } from './remote-services.ts'

/** The envs of another machine, their services at addresses of this one. */
export interface NamedMachine {
  /** What their names end in, before the suffix: `big-box`, `big-box.customer-acme`. */
  machine: string
  envs: NamedEnv[]
}

export interface KeepNamesDeps {
  links: Pick<Links, 'list' | 'open'>
  /** Whether a tunnel leads to a machine's containers. */
  tunnels: Pick<Tunnels, 'reach'>
  clock: Pick<Clock, 'wait'>
  /** The services a machine has. Rejects where it does not answer. */
  namesOf(
    context: string,
    machine: string,
  ): Promise<Pick<ServiceName, 'project' | 'env' | 'service' | 'ingress' | 'addresses' | 'ports'>[]>
  /** Who answers by the names: the DNS server, the proxy. */
  publish(machines: NamedMachine[]): void
  log: (message: string) => void
  /** Whether this process may listen on ports below 1024. */
  asRoot: boolean
}

/** How often it is asked what runs on the other machines, ms: names there may be so late. */
const pause = 2000

/** What leads to one machine's services now. */
interface Kept {
  /** What the forwards belong to: with another connection they are gone. */
  connection: MachineConnection
  forwards: Map<string, PortForward>
}

/**
 * Keeps the names of all connected machines. Where a tunnel leads to a service's container, its name leads to that; else
 * the service has a loopback address here, on which its ports lead there over the SSH connection. Ends with the signal.
 */
export async function keepNames(deps: KeepNamesDeps, signal: AbortSignal): Promise<void> {
  const kept = new Map<string, Kept>()
  const addresses = new Map<string, string>()
  let published = ''
  while (!signal.aborted) {
    const machines: NamedMachine[] = []
    const linked = deps.links.list()
    for (const { machine, link } of linked) {
      if (link.state !== 'connected') continue
      const named = await refresh(deps, machine, kept, addresses).catch((error: unknown) => {
        deps.log(`names of ${machine.name}: ${toAppError(error).message}`)
      })
      if (named !== undefined) machines.push({ machine: machineDomain(machine.context, machine.name), envs: named })
    }
    for (const key of kept.keys()) if (!linked.some(({ machine }) => keyOf(machine) === key)) kept.delete(key)
    const now = JSON.stringify(machines)
    if (now !== published) deps.publish(machines)
    published = now
    await deps.clock.wait(pause, signal).catch(() => undefined)
  }
}

interface MachineKey {
  context: string
  name: string
}

const keyOf = ({ context, name }: MachineKey) => `${context}\n${name}`

async function refresh(
  deps: KeepNamesDeps,
  machine: MachineRecord,
  kept: Map<string, Kept>,
  addresses: Map<string, string>,
): Promise<NamedEnv[]> {
  const { context, name } = machine
  const names = await deps.namesOf(context, name)
  const { networks } = deps.tunnels.reach(machine)
  const addressOf = (service: string) => loopbackFor(`${keyOf(machine)}\n${service}`, addresses)
  const { envs, forwards } = remoteServices(names, {
    addressOf,
    asRoot: deps.asRoot,
    isRouted: (address) => networks.some((network) => overlap(`${address}/32`, network)),
  })
  if (forwards.length === 0 && !kept.has(keyOf(machine))) return envs
  const { connection } = await deps.links.open(context, name)
  const before = kept.get(keyOf(machine))
  const current: Kept = before?.connection === connection ? before : { connection, forwards: new Map() }
  kept.set(keyOf(machine), current)
  await bring(deps, current, forwards)
  return envs
}

/** Makes the forwards those wanted, no more and no fewer. */
async function bring(
  { log }: KeepNamesDeps,
  { connection, forwards }: Kept,
  wanted: readonly PortForward[],
): Promise<void> {
  const byPlace = new Map(wanted.map((forward) => [forward.here, forward]))
  for (const [here, { there }] of forwards) {
    if (byPlace.get(here)?.there === there) continue
    await connection.unforward(here, there)
    forwards.delete(here)
  }
  for (const forward of wanted) {
    if (forwards.has(forward.here)) continue
    try {
      await connection.forward(forward.here, forward.there)
      forwards.set(forward.here, forward)
    } catch (error) {
      log(`${forward.here} cannot lead to ${forward.there}: ${toAppError(error).message}`)
    }
  }
}
