import { readdir, rmdir } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import type { TunnelDevice, TunnelDevices, TunnelReading } from '../../core/ports/tunnels.ts'
import type { Host } from '../../core/ports.ts'
import type { ExecOptions } from '../../lib/exec.ts'
import { lastLine } from '../../lib/last-line.ts'
import * as commands from './commands.ts'
import { askEcho, freePort, openEcho } from './echo.ts'
import { firewallFor, firewallWithout } from './firewall.ts'
import { keyFile, publicKeyOf, removeKey } from './keys.ts'
import { hasLink, parseAddresses, parseDestinations, parseDump, parseLabelled } from './parse.ts'

interface WireGuardDeps {
  host: Host
  /** Where the keys lie. */
  directory: string
  /** Identity of this home: interfaces that carry it are ours. */
  homeId: string
  platform: NodeJS.Platform
  uid: number
}

/** WireGuard by the kernel, or by wireguard-go where the kernel has none; as root, or with sudo that asks nothing. */
export function createWireGuard(deps: WireGuardDeps): TunnelDevices {
  const { directory, homeId } = deps
  const label = `berth ${homeId}`
  const root = asRoot(deps)
  return {
    check: () => check(deps),
    publicKey: (name) => publicKeyOf(directory, name),
    bring: (device) => bring(root, device, { label, key: keyFile(directory, device.name) }),
    read: (name) => read(root, name),
    async remove(name) {
      await removeDevice(root, name)
      await removeKey(directory, name)
      await rmdir(directory).catch(() => undefined) // others may have theirs in it
    },
    list: async () => ((await hasKeys(directory)) ? parseLabelled(await listLinks(deps), label) : []),
    freePort,
    echo: openEcho,
    probe: askEcho,
  }
}

/** A device goes before its key does: without keys there is none, and most homes never have any. */
const hasKeys = async (directory: string) => (await readdir(directory).catch(() => [])).length > 0

/** Anybody may see them: a machine that can have no tunnel has none of ours, and is not asked for root. */
async function listLinks({ host }: WireGuardDeps): Promise<string> {
  const listed = await host.run(commands.listLinks()).catch(() => undefined)
  return listed?.exitCode === 0 ? listed.stdout : ''
}

/** Programs run as root. */
interface Root {
  /** Its stdout. Throws TUNNEL_FAILED where the program fails. */
  run(argv: readonly string[], options?: ExecOptions): Promise<string>
  /** The same, '' where it fails. */
  ask(argv: readonly string[]): Promise<string>
}

function asRoot({ host, uid }: WireGuardDeps): Root {
  const start = (argv: readonly string[], options?: ExecOptions) =>
    host.run(uid === 0 ? argv : ['sudo', '-n', ...argv], { timeoutMs: 20_000, ...options })
  return {
    async run(argv, options) {
      const { exitCode, stdout, stderr } = await start(argv, options)
      if (exitCode === 0) return stdout
      const said = lastLine(stderr)
      throw new AppError('TUNNEL_FAILED', `${argv.slice(0, 2).join(' ')} failed: ${said}`)
    },
    async ask(argv) {
      const { exitCode, stdout } = await start(argv)
      return exitCode === 0 ? stdout : ''
    },
  }
}

async function check({ host, platform, uid }: WireGuardDeps): Promise<void> {
  if (platform !== 'linux')
    throw new AppError('NOT_SUPPORTED', 'WireGuard tunnels need Linux on both ends', {
      hint: 'leave out --tunnel: names work over SSH',
    })
  if (uid !== 0 && !(await succeeds(host, ['sudo', '-n', 'true'])))
    throw new AppError('NEEDS_ROOT', 'a WireGuard tunnel needs root, for its interface and routes', {
      hint: 'run berthd as root there, or give its user sudo without a password; without --tunnel names work over SSH',
    })
  for (const [program, probe, packaged] of tools)
    if (!(await succeeds(host, probe)))
      throw new AppError('TOOL_MISSING', `${program} is not installed`, { hint: `install ${packaged}` })
}

const tools = [
  ['ip', ['ip', '-V'], 'iproute2'],
  ['wg', ['wg', '--version'], 'wireguard-tools'],
  ['iptables', ['iptables', '--version'], 'iptables'],
] as const

async function succeeds(host: Host, argv: readonly string[]): Promise<boolean> {
  try {
    return (await host.run(argv, { timeoutMs: 5000 })).exitCode === 0
  } catch {
    return false // there is no such program
  }
}

async function bring(root: Root, device: TunnelDevice, { label, key }: { label: string; key: string }): Promise<void> {
  const { name, admits } = device
  const saved = await root.run(['iptables-save'])
  // the rules first: what comes in through it is judged from its first packet on
  await root.run(['iptables-restore', '--wait', '5', '--noflush'], { input: firewallFor(device, saved) })
  if (!hasLink(await root.ask(commands.listLinks()), name)) await makeDevice(root, name)
  const now = (await read(root, name)) ?? { port: 0, peers: [] }
  await root.run(commands.configureDevice(device, key, now))
  const [addresses, routes] = await Promise.all([
    root.ask(commands.listAddresses(name)).then(parseAddresses),
    root.ask(commands.listRoutes(name)).then(parseDestinations),
  ])
  await root.run(['ip', '-batch', '-'], { input: commands.batchFor(device, label, { addresses, routes }) })
  if (admits !== null) await forwardPackets(root)
}

/** Docker has it on already wherever an env has networks. */
async function forwardPackets(root: Root): Promise<void> {
  const setting = 'net.ipv4.ip_forward'
  if ((await root.ask(['sysctl', '-n', setting])).trim() !== '1') await root.run(['sysctl', '-q', '-w', `${setting}=1`])
}

async function makeDevice(root: Root, name: string): Promise<void> {
  const kernel = await root
    .ask([...commands.addDevice(name)])
    .then(async () => hasLink(await root.ask(commands.listLinks()), name))
  if (kernel) return
  try {
    await root.run(commands.addUserDevice(name))
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'TOOL_MISSING')
      throw new AppError('TOOL_MISSING', 'this kernel has no WireGuard, and wireguard-go is not installed', {
        hint: 'install wireguard-go, or load the wireguard module; names go over SSH until then',
      })
    throw cause
  }
}

async function read(root: Root, name: string): Promise<TunnelReading | undefined> {
  const text = await root.ask(commands.dumpDevice(name))
  return text === '' ? undefined : parseDump(text)
}

async function removeDevice(root: Root, name: string): Promise<void> {
  // gone before its rules are: nothing comes in unjudged
  if (hasLink(await root.ask(commands.listLinks()), name)) await root.run(commands.removeDevice(name))
  const gone = firewallWithout(name, await root.ask(['iptables-save']))
  if (gone !== '') await root.run(['iptables-restore', '--wait', '5', '--noflush'], { input: gone })
}
