import { availableParallelism, freemem, loadavg, totalmem } from 'node:os'
import { relative } from 'node:path'
import { socketPath } from '../../contract/home.ts'
import type { Parsed } from '../../contract/routes.ts'
import { bootstrapMachine } from '../../core/machines/bootstrap.ts'
import { checkMachine } from '../../core/machines/check-machine.ts'
import { connectMachine } from '../../core/machines/connect.ts'
import { disconnectMachine } from '../../core/machines/disconnect.ts'
import { labelMachine } from '../../core/machines/label.ts'
import type { Link, MachineRecord } from '../../core/machines/model.ts'
import { machineRows } from '../../core/machines/status.ts'
import { mirrorName } from '../../core/machines/sync/sync-project.ts'
import { terminalThere } from '../../core/machines/terminal.ts'
import { overSsh } from '../../core/machines/tunnels/model.ts'
import { findProject } from '../../core/projects/find-project.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { askDaemon } from '../machines/ask-daemon.ts'
import type { Handlers } from './app.ts'
import { providerHandlers } from './provider.ts'

/** Routes of machines → use cases. */
export function machineHandlers(
  deps: DaemonDeps,
): Pick<Handlers, Extract<keyof Handlers, `machine.${string}` | 'project.find'>> {
  return {
    ...providerHandlers(deps),
    'machine.connect': async (input, scope) => {
      const { machine, facts } = await connectMachine(deps, input, scope)
      return { machine: viewMachine(deps, machine), facts }
    },
    'machine.disconnect': async (input) => {
      const { machine, purged } = await disconnectMachine(deps, input)
      return { name: machine.name, purged }
    },
    'machine.label': async (input) => ({ machine: viewMachine(deps, await labelMachine(deps, input)) }),
    'machine.list': async ({ context }) => ({
      machines: deps.links
        .list()
        .filter(({ machine }) => machine.context === context)
        .map(({ machine, link }) => view(deps, machine, link)),
    }),
    'machine.status': ({ context }) => statusOfAll(deps, context),
    'machine.open': async ({ context, name, agent }) => {
      const { machine } = await deps.links.open(context, name, agent)
      return { socket: socketOf(deps, machine) }
    },
    'project.find': async ({ directory }) => {
      const found = await findProject(deps, directory)
      if (found === undefined) return { name: null, directory: null, mirror: null }
      return { name: found.name, directory: found.directory, mirror: await mirrorOf(deps, found.directory) }
    },
    'machine.terminal': (input) => terminalThere(deps, input),
    'machine.check': (input) => check(deps, input),
    'machine.bootstrap': async (input, scope) => ({
      name: input.name,
      facts: await bootstrapMachine(deps, input, scope),
    }),
  }
}

async function check(deps: DaemonDeps, input: Parsed<'machine.check'>) {
  const checked = await checkMachine(deps, input)
  const { socket } = deps.machineSockets(input.context, input.name)
  const said = await deps.askDaemon(socket, 5000).catch(() => undefined)
  return { name: input.name, ...checked, pool: said?.pool ?? null }
}

/** What a copy of a project is known by on other machines. */
async function mirrorOf({ repositories, homeId }: DaemonDeps, directory: string) {
  const top = await repositories.top(directory)
  const { key } = mirrorName(homeId, top)
  return { key, prefix: relative(top, directory), identity: await repositories.identity(top) }
}

/** A machine that was connected just now, as every list shows it. */
export function viewMachine(deps: DaemonDeps, machine: MachineRecord) {
  const found = deps.links.list().find((one) => one.machine === machine)
  return view(deps, machine, found?.link ?? { state: 'connecting', problem: null, version: null })
}

const socketOf = (deps: DaemonDeps, { context, name }: MachineRecord) => deps.machineSockets(context, name).socket

function view(deps: DaemonDeps, machine: MachineRecord, link: Link) {
  const { context, name, destination, tunnel } = machine
  const reach = deps.tunnels.reach(machine)
  const labels = machine.labels ?? {}
  return { context, name, destination, tunnel, labels, reach, ...link, socket: socketOf(deps, machine) }
}

async function statusOfAll(deps: DaemonDeps, context: string) {
  const ask = (machine: MachineRecord, timeoutMs: number) =>
    askDaemon(deps.machineSockets(machine.context, machine.name).ready, 'daemon.vitals', {}, timeoutMs)
  const [own, rows] = await Promise.all([ownRow(deps, context), machineRows(deps.links, context, ask)])
  const others = rows.map(({ machine, latencyMs, vitals, ...link }) => ({
    ...view(deps, machine, { ...link, version: vitals?.version ?? link.version }),
    latencyMs,
    vitals,
  }))
  return { machines: [own, ...others] }
}

async function ownRow(deps: DaemonDeps, context: string) {
  return {
    context,
    name: 'local',
    destination: '',
    tunnel: 'ssh' as const,
    reach: overSsh,
    state: 'connected' as const,
    problem: null,
    version: deps.version,
    socket: '',
    labels: {},
    latencyMs: 0,
    vitals: await readVitals(deps),
  }
}

/** How this machine is. */
export async function readVitals(deps: DaemonDeps) {
  const envs = await deps.store.envs()
  return {
    version: deps.version,
    id: deps.homeId,
    home: deps.paths.home,
    socket: socketPath(deps.paths.home),
    pool: deps.network.pool,
    platform: process.platform,
    arch: process.arch,
    cpus: availableParallelism(),
    load: loadavg()[0] ?? 0,
    memoryBytes: totalmem(),
    memoryFreeBytes: freemem(),
    diskFreeBytes: await deps.freeBytes(deps.paths.home),
    envs: envs.length,
    envsUp: envs.filter(({ desired }) => desired === 'up').length,
    operations: deps.operations.running(),
    sessions: [...(await deps.runningSessions()).values()].reduce((sum, count) => sum + count, 0),
    time: deps.clock.now().toISOString(),
    lastChangeAt: deps.activity.lastChangeAt().toISOString(),
  }
}
