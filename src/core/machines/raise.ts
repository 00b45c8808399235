import { AppError } from '../errors.ts'
import type { Emit } from '../operations/model.ts'
import type { MachineAddress, MachineConnection } from '../ports.ts'
import { collectBuilds } from './collect-builds.ts'
import type { MachineDeps, RemoteDaemon } from './deps.ts'
import { installBerth, useVersion } from './install.ts'
import { lookScript, readLook } from './look.ts'
import type { MachineFacts } from './model.ts'
import { relationOf } from './version.ts'

/** Which machine, and how. */
export interface RaiseRequest {
  context: string
  name: string
  destination: string
  /** Socket of the caller's SSH agent. */
  agent?: string | undefined
  /** Replaces another build of the same version too: somebody asked for a connection, it was not just lost. */
  explicit: boolean
  signal: AbortSignal
  emit: Emit
}

/** A machine that can be asked. */
export interface Raised {
  connection: MachineConnection
  daemon: RemoteDaemon
  facts: MachineFacts
}

/** How long the look at a machine may take, ms: it may have to start a daemon. */
const lookPatience = 60_000

/** How long a connection that was found may take to carry anything, ms. */
const pingPatience = 4000

/** How long a daemon may take to say who it is, ms. */
const answerPatience = 10_000

/**
 * Connects to a machine, puts this Berth there where it is missing or older, starts its berthd where none runs, and has a
 * socket here lead to it. Safe to repeat.
 */
export async function raiseMachine(deps: MachineDeps, request: RaiseRequest): Promise<Raised> {
  const { socket, control } = deps.machineSockets(request.context, request.name)
  const address = { destination: request.destination, control, agent: request.agent }
  let connection = (await standing(deps, address)) ?? (await deps.ways.connect(address))
  const { facts, daemon: found, id } = await look(connection)
  if (id === deps.homeId) {
    await connection.close()
    throw new AppError('MACHINE_IS_LOCAL', `${request.destination} is this machine, with the same Berth`)
  }
  const daemon = await currentDaemon(deps, request, connection, facts, found)
  // sending Berth takes a while, and goes on over connections of its own when this one breaks
  if (!connection.isAlive()) connection = await deps.ways.connect(address)
  await connection.forward(socket, daemon.socket)
  return { connection, facts, daemon: await answering(deps, socket, daemon) }
}

/** The connection there is, be it from an earlier berthd, if something still comes over it. */
async function standing(deps: MachineDeps, address: MachineAddress): Promise<MachineConnection | undefined> {
  const found = await deps.ways.find(address)
  if (found === undefined) return undefined
  try {
    const { exitCode } = await found.host.run(['true'], { timeoutMs: pingPatience })
    if (exitCode === 0) return found
  } catch {
    // it leads nowhere any more: another one is made
  }
  await found.close()
  return undefined
}

/** What there is on a machine; starts the daemon where Berth lies there. */
export async function look(
  connection: MachineConnection,
): Promise<{ facts: MachineFacts; daemon: RemoteDaemon | null; id: string }> {
  const { stdout } = await connection.host.run(['/bin/sh', '-c', lookScript], { timeoutMs: lookPatience })
  const { daemon, ...seen } = readLook(stdout)
  return { ...seen, daemon: readDaemon(daemon) }
}

/** The daemon there, of this version or one this Berth can work with. Throws VERSION_MISMATCH, DAEMON_BUSY. */
async function currentDaemon(
  deps: MachineDeps,
  request: RaiseRequest,
  connection: MachineConnection,
  facts: MachineFacts,
  found: RemoteDaemon | null,
): Promise<RemoteDaemon> {
  if (found === null) return install(deps, request, connection, facts)
  const relation = relationOf(found.version, deps.version)
  if (relation === 'same' || relation === 'newer') return found
  if (relation === 'too-new')
    throw new AppError('VERSION_MISMATCH', `${request.name} runs Berth ${found.version}, this is ${deps.version}`, {
      hint: 'upgrade Berth on this machine: at most one minor version may lie between them',
    })
  if (sameRelease(found.version, deps.version) && !request.explicit) return found
  try {
    return await install(deps, request, connection, facts)
  } catch (error) {
    const busy = error instanceof AppError && error.code === 'DAEMON_BUSY'
    if (!busy || relation === 'too-old') throw error
    request.emit({
      type: 'warning',
      message: `${request.name} goes on with Berth ${found.version} for now: it is at work; berth connect later upgrades it`,
    })
    return found
  }
}

const sameRelease = (one: string, other: string) => one.split('+')[0] === other.split('+')[0]

async function install(
  deps: MachineDeps,
  { name, signal, emit }: RaiseRequest,
  connection: MachineConnection,
  facts: MachineFacts,
): Promise<RemoteDaemon> {
  if (!facts.versions.includes(deps.version)) emit({ type: 'output', line: `sending Berth ${deps.version} to ${name}` })
  const berth = await installBerth(deps, connection, facts, signal)
  const { stdout, stderr } = await connection.host.run([berth, 'daemon', 'start', '--json'], {
    timeoutMs: lookPatience,
  })
  const daemon = readDaemon(stdout)
  if (daemon === null)
    throw new AppError('DAEMON_UNAVAILABLE', `berthd did not start on ${name}`, {
      details: { output: (stderr || stdout).trim().split('\n').slice(-10) },
      hint: `ssh ${name} tail .berth/berthd.log`,
    })
  await useVersion(connection.host, facts.home, deps.version)
  // what stays for want of this goes with the next gc
  await collectBuilds(connection.host, facts.home, { dryRun: false }).catch(() => [])
  return daemon
}

/** The JSON document of `berth daemon start`; null when it is none. Throws what it failed with. */
function readDaemon(text: string): RemoteDaemon | null {
  try {
    const document = JSON.parse(text.slice(text.indexOf('{'))) as
      | { ok: true; data: RemoteDaemon }
      | { ok: false; error: { code: string; message: string; hint: string } }
    if (document.ok) return document.data
    if (document.error.code === 'DAEMON_BUSY')
      throw new AppError('DAEMON_BUSY', document.error.message, { hint: document.error.hint })
    return null
  } catch (error) {
    if (error instanceof AppError) throw error
    return null
  }
}

async function answering(deps: MachineDeps, socket: string, daemon: RemoteDaemon): Promise<RemoteDaemon> {
  try {
    return await deps.askDaemon(socket, answerPatience)
  } catch (cause) {
    throw new AppError('MACHINE_UNREACHABLE', `berthd at ${daemon.socket} there does not answer`, { cause })
  }
}
