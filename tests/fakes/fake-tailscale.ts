import { AppError } from '../../src/core/errors.ts'
import type { Host } from '../../src/core/ports.ts'
import type { ExecResult } from '../../src/lib/exec.ts'

/** A node of the fake tailnet, in the words of `tailscale status --json`. */
export interface FakeNode {
  PublicKey: string
  HostName: string
  DNSName: string
  TailscaleIPs: string[]
  PrimaryRoutes?: string[] | null
  Online: boolean
}

/** The key of the nth node. */
export const nodeKey = (nth: number) => `nodekey:${String(nth).padStart(64, '0')}`

/** A node as it usually is. */
export const fakeNode = (nth: number, more: Partial<FakeNode> = {}): FakeNode => ({
  PublicKey: nodeKey(nth),
  HostName: `node${nth}`,
  DNSName: `node${nth}.tail.example.`,
  TailscaleIPs: [`100.64.0.${nth}`, `fd7a:115c:a1e0::${nth}`],
  Online: true,
  ...more,
})

/** A machine with the program `tailscale`, and iptables, as far as Berth uses them; what it says is what the real one (1.86) says. */
export interface FakeTailscale {
  host: Host
  /** Its own node is the first. */
  nodes: FakeNode[]
  state: 'Running' | 'NeedsLogin' | 'NeedsMachineAuth' | 'Stopped' | 'Starting'
  isInstalled: boolean
  runs: boolean
  /** Who may change settings: `uid` 0, and the operator's. */
  settings: { RouteAll: boolean; LoggedOut?: boolean; AdvertiseRoutes: string[] | null; operator: number | null }
  /** Who runs it, and whether sudo asks that user nothing. */
  uid: number
  hasSudo: boolean
  /** Lines of `iptables-save`, and what was restored. */
  saved: string
  restored: string[]
  /** All that was run. */
  ran: string[][]
}

/** Makes one: logged in, advertising nothing. */
export function createFakeTailscale(): FakeTailscale {
  const fake: FakeTailscale = {
    host: { run: async (argv, options) => run(fake, [...argv], fake.uid, String(options?.input ?? '')) },
    nodes: [fakeNode(1)],
    state: 'Running',
    isInstalled: true,
    runs: true,
    settings: { RouteAll: true, AdvertiseRoutes: null, operator: null },
    uid: 0,
    hasSudo: false,
    saved: '*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\nCOMMIT\n',
    restored: [],
    ran: [],
  }
  return fake
}

function run(fake: FakeTailscale, argv: string[], uid: number, input: string): ExecResult {
  const [program, verb, ...words] = argv
  if (program === 'sudo') {
    if (!fake.hasSudo) return result(argv, 1, '', 'sudo: a password is required\n')
    return run(fake, argv.slice(2), 0, input)
  }
  fake.ran.push(argv)
  if (program === 'tailscale') return runTailscale(fake, argv, { verb: verb ?? '', words, uid })
  if (uid !== 0) return result(argv, 4, '', `Fatal: can't open lock file /run/xtables.lock: Permission denied\n`)
  if (program === 'iptables-save') return result(argv, 0, fake.saved)
  if (program === 'iptables-restore') fake.restored.push(input)
  return result(argv, 0, program === 'sysctl' ? '1\n' : '')
}

interface Call {
  verb: string
  words: string[]
  uid: number
}

function runTailscale(fake: FakeTailscale, argv: string[], { verb, words, uid }: Call): ExecResult {
  const { settings, state } = fake
  if (!fake.isInstalled) throw new AppError('TOOL_MISSING', 'tailscale is not installed')
  if (!fake.runs) return result(argv, 1, '', notRunning)
  if (verb === 'debug') return result(argv, 0, JSON.stringify({ ...settings, operator: undefined }))
  if (verb === 'status') {
    const [self, ...peers] = fake.nodes
    const Peer = Object.fromEntries(peers.map((peer) => [peer.PublicKey, peer]))
    return result(argv, 0, JSON.stringify({ BackendState: state, Self: self, Peer: peers.length === 0 ? null : Peer }))
  }
  if (uid !== 0 && uid !== settings.operator) return result(argv, 1, '', denied)
  const given = words[0]?.replace('--advertise-routes=', '') ?? ''
  const exit = (settings.AdvertiseRoutes ?? []).filter((one) => one.endsWith('/0'))
  settings.AdvertiseRoutes = [...exit, ...given.split(',').filter((one) => one !== '')]
  return result(argv, 0)
}

const notRunning =
  "failed to connect to local tailscaled; it doesn't appear to be running (sudo systemctl start tailscaled ?)\n"
const denied =
  "Access denied: checkprefs access denied\n\nUse 'sudo tailscale set'.\nTo not require root, use 'sudo tailscale set --operator=$USER' once.\n"

const result = (argv: readonly string[], exitCode: number, stdout = '', stderr = ''): ExecResult => ({
  argv,
  exitCode,
  stdout,
  stderr,
  signal: undefined,
  timedOut: false,
  startError: undefined,
})
