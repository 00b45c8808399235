import { createHash } from 'node:crypto'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { AppError } from '../../core/errors.ts'
import type { Tailnet, TailnetReading } from '../../core/ports/tailnet.ts'
import type { Host } from '../../core/ports.ts'
import type { ExecOptions, ExecResult } from '../../lib/exec.ts'
import { lastLine } from '../../lib/last-line.ts'
import { answers } from './answers.ts'
import * as commands from './commands.ts'
import { firewallFor } from './firewall.ts'
import { parseSettings, parseStatus } from './parse.ts'

interface TailscaleDeps {
  host: Host
  /** Identity of this home: firewall rules that carry it are ours. */
  homeId: string
  platform: NodeJS.Platform
  uid: number
  user: string
  /** This machine's network interfaces, by name. */
  interfaces?: () => NodeJS.Dict<Pick<NetworkInterfaceInfo, 'address'>[]>
}

/** Tailscale by its own program. */
export function createTailscale(deps: TailscaleDeps): Tailnet {
  return {
    read: () => read(deps),
    advertise: (routes) => advertise(deps, routes),
    admit: (device, networks) => admit(deps, device, networks),
    answers,
  }
}

/** How long the program may take, ms. */
const patience = 10_000

async function read({ host, interfaces = networkInterfaces }: TailscaleDeps): Promise<TailnetReading> {
  const [status, settings] = await Promise.all([run(host, commands.readStatus()), run(host, commands.readSettings())])
  if (status.exitCode !== 0) throw notReady('does not run', 'start tailscaled (systemctl start tailscaled)')
  const { state, node, addresses, peers } = parseStatus(status.stdout)
  const { isLoggedOut, ...own } = parseSettings(settings.stdout)
  // one that could not tell its control server stays `Stopped`
  const reason = reasons[isLoggedOut && state === 'Stopped' ? 'NeedsLogin' : state]
  if (reason !== undefined) throw notReady(...reason)
  if (state !== 'Running' || node === '') throw notReady('is not ready yet', 'see tailscale status')
  const device = Object.entries(interfaces()).find(([, own]) => own?.some(({ address }) => addresses.includes(address)))
  return { node, peers, device: device?.[0] ?? null, ...own }
}

/** What is wrong, and what to do, by the states that are not `Running`. */
const reasons: Record<string, readonly [what: string, remedy: string]> = {
  NeedsLogin: ['is logged out', 'log in: tailscale up'],
  NeedsMachineAuth: ['waits to be approved in its tailnet', 'approve this machine in the admin console of the tailnet'],
  Stopped: ['is turned off', 'turn it on: tailscale up'],
}

const notReady = (what: string, remedy: string) =>
  new AppError('TAILSCALE_NOT_READY', `Tailscale ${what}`, {
    hint: `${remedy}; without --tunnel names work over SSH`,
  })

async function run(host: Host, argv: readonly string[], options?: ExecOptions): Promise<ExecResult> {
  try {
    return await host.run(argv, { timeoutMs: patience, ...options })
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'TOOL_MISSING' || argv[0] !== 'tailscale') throw cause
    throw new AppError('TOOL_MISSING', 'Tailscale is not installed', {
      hint: 'install it and log in (tailscale up); without --tunnel names work over SSH',
      cause,
    })
  }
}

async function advertise(deps: TailscaleDeps, routes: readonly string[]): Promise<void> {
  const argv = commands.setRoutes(routes)
  const first = await run(deps.host, argv)
  if (first.exitCode === 0) return
  const isDenied = /denied|must be root|not permitted/i.test(first.stderr)
  if (!isDenied) throw new AppError('TUNNEL_FAILED', `tailscale set failed: ${lastLine(first.stderr).slice(0, 200)}`)
  if (deps.uid !== 0 && (await asRoot(deps, argv)) !== undefined) return
  throw new AppError('NEEDS_ROOT', 'Tailscale lets nobody but root and its operator change what it advertises', {
    hint: `make the user of berthd its operator there, once: sudo tailscale set --operator=${deps.user}`,
  })
}

/** Its result; undefined where it fails, or nobody here may do that. */
async function asRoot(
  { host, uid }: TailscaleDeps,
  argv: readonly string[],
  options?: ExecOptions,
): Promise<ExecResult | undefined> {
  const done = await run(host, uid === 0 ? argv : ['sudo', '-n', ...argv], options).catch(() => undefined)
  return done?.exitCode === 0 ? done : undefined
}

async function admit(deps: TailscaleDeps, device: string | null, networks: readonly string[]): Promise<boolean> {
  if (deps.platform !== 'linux') return false
  const mark = `BERTH-ts-${createHash('sha256').update(deps.homeId).digest('hex').slice(0, 10)}`
  const saved = await asRoot(deps, ['iptables-save'])
  if (saved === undefined) return false
  const input = firewallFor(device, networks, { saved: saved.stdout, mark })
  const done =
    input === '' || (await asRoot(deps, ['iptables-restore', '--wait', '5', '--noflush'], { input })) !== undefined
  if (device !== null) await forwardPackets(deps)
  return done
}

/** Docker has it on already wherever an env has networks. */
async function forwardPackets(deps: TailscaleDeps): Promise<void> {
  const setting = 'net.ipv4.ip_forward'
  const now = await asRoot(deps, ['sysctl', '-n', setting])
  if (now?.stdout.trim() !== '1') await asRoot(deps, ['sysctl', '-q', '-w', `${setting}=1`])
}
