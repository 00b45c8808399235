import { posix } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../errors.ts'
import type { ListenAddress } from '../ports/names.ts'
import { isDomainName } from './domain-name.ts'
import { nameServersIn, withNameServer, withoutNameServer, writerOf } from './resolv-conf.ts'
import type {
  FileState,
  ResolverFacts,
  ResolverMethod,
  ResolverPlan,
  ResolverRecord,
  ResolverService,
  ResolverStep,
  ResolverWish,
} from './resolver-model.ts'
import { filesAfter, planUndo } from './resolver-undo.ts'

const RESOLV_CONF = '/etc/resolv.conf'
const PORT_START = '/etc/sysctl.d/60-berth-names.conf'
const PORT_KEY = 'net.ipv4.ip_unprivileged_port_start'
/** systemd-resolved takes a port in `DNS=` since this version (2020). */
const RESOLVED_WITH_PORTS = 246

interface Draft {
  service: ResolverService
  steps: ResolverStep[]
  warnings: string[]
}

/** Every path whose state a plan for this suffix looks at. */
export function resolverPaths(suffix: string): string[] {
  const files = [RESOLV_CONF, PORT_START, resolvedFile(), macosFile(suffix), networkManagerFile()]
  return [...new Set(files.flatMap((file) => [file, posix.dirname(file)]))]
}

/**
 * What to change so that this machine's programs find the names. An earlier set-up that differs from the wish, or that
 * something else has changed since, is undone first. Throws RESOLVER_UNSUPPORTED, and USAGE for an unfit suffix.
 */
export function planResolver(facts: ResolverFacts, wish: ResolverWish, record: ResolverRecord | null): ResolverPlan {
  checkSuffix(wish.suffix)
  const undo = record === null ? { steps: [], warnings: [] } : planUndo(record, facts.files)
  const before = record === null ? facts : factsAfter(facts, undo.steps)
  const method = methodFor(before)
  const { service, steps, warnings } = draftBy[method](before, wish)
  const plan = { method, wish, service, warnings: [...undo.warnings, ...warnings] }
  return record !== null && isInPlace(record, facts, wish, steps)
    ? { ...plan, undo: [], steps: [] }
    : { ...plan, undo: undo.steps, steps }
}

/** Throws USAGE for a suffix that is no name, or that the system looks up in a way of its own. */
export function checkSuffix(suffix: string): void {
  if (!isDomainName(suffix) || /^(.*\.)?(local|localhost)$/.test(suffix)) {
    throw new AppError('USAGE', `names cannot be served below "${suffix}"`, { hint: 'use test, or a domain of yours' })
  }
}

function factsAfter(facts: ResolverFacts, undo: readonly ResolverStep[]): ResolverFacts {
  const files = filesAfter(facts.files, undo)
  const file = files[RESOLV_CONF]
  const start = undo.map(portStartOf).find((each) => each !== undefined)
  return {
    ...facts,
    files,
    resolvConf: file?.kind === 'file' ? file.content : withoutNameServer(facts.resolvConf),
    unprivilegedPortStart: start ?? facts.unprivilegedPortStart,
  }
}

function methodFor({ platform, resolved, networkManagerDnsmasq }: ResolverFacts): ResolverMethod {
  if (platform === 'darwin') return 'macos'
  if (platform !== 'linux') {
    throw new AppError('RESOLVER_UNSUPPORTED', `Berth does not know how ${platform} looks names up`)
  }
  const extensible = resolved !== null && resolved.version >= RESOLVED_WITH_PORTS && !resolved.ownServers
  if (extensible && (resolved.stub || resolved.inSwitch)) return 'systemd-resolved'
  if (resolved?.inSwitch === true) {
    throw new AppError(
      'RESOLVER_UNSUPPORTED',
      `programs ask systemd-resolved ${resolved.version} alone, and it takes no server for one suffix`,
      {
        hint: 'remove DNS= and DNSOverTLS= from resolved.conf (network links can have them), or use the *.localhost:7080 names',
      },
    )
  }
  return networkManagerDnsmasq ? 'networkmanager' : 'resolv-conf'
}

/** True when doing it again would leave everything as it is. */
function isInPlace(record: ResolverRecord, facts: ResolverFacts, wish: ResolverWish, steps: ResolverStep[]): boolean {
  const files = steps.filter((step) => step.kind === 'file')
  return (
    isDeepStrictEqual(record.wish, wish) &&
    files.every(({ path, after }) => isDeepStrictEqual(facts.files[path], after))
  )
}

const draftBy: Record<ResolverMethod, (facts: ResolverFacts, wish: ResolverWish) => Draft> = {
  'systemd-resolved': (facts, { suffix, server }) => ({
    service: { listen: server, forwardFrom: null },
    steps: [
      ...fileSteps(
        facts,
        resolvedFile(),
        `# Berth: names below ${suffix}\n[Resolve]\nDNS=${addressAndPort(server, ':')}\nDomains=~${suffix}\n`,
      ),
      reload('restart systemd-resolved, so that it reads the file', 'systemctl', 'restart', 'systemd-resolved'),
    ],
    warnings: [],
  }),
  macos: (facts, { suffix, server }) => ({
    service: { listen: server, forwardFrom: null },
    steps: [
      ...fileSteps(
        facts,
        macosFile(suffix),
        `# Berth: names below ${suffix}\nnameserver ${server.address}\nport ${server.port}\n`,
      ),
      reload('forget remembered answers', 'dscacheutil', '-flushcache'),
    ],
    warnings: [],
  }),
  networkmanager: (facts, { suffix, server }) => ({
    service: { listen: server, forwardFrom: null },
    steps: [
      ...fileSteps(
        facts,
        networkManagerFile(),
        `# Berth: names below ${suffix}\nserver=/${suffix}/${addressAndPort(server, '#')}\n`,
      ),
      reload('have NetworkManager start its dnsmasq anew', 'nmcli', 'general', 'reload', 'dns-full'),
    ],
    warnings: [],
  }),
  'resolv-conf': draftResolvConf,
}

/** resolv.conf knows no ports and no suffixes: the name server listens on port 53 and passes foreign names on. */
function draftResolvConf(facts: ResolverFacts, { suffix, daemonUid }: ResolverWish): Draft {
  const before = facts.files[RESOLV_CONF] ?? { kind: 'absent' }
  const taken = nameServersIn(facts.resolvConf)
  const address = ['127.0.0.1', '127.0.0.2', '127.0.0.3'].find((each) => !taken.includes(each)) ?? '127.0.0.4'
  const owner = before.kind === 'file' ? before : { mode: 0o644, uid: 0, gid: 0 }
  const content = withNameServer(facts.resolvConf, suffix, address)
  const after: FileState = { kind: 'file', content, mode: owner.mode, uid: owner.uid, gid: owner.gid }
  const from = before.kind === 'link' ? posix.resolve('/etc', before.target) : RESOLV_CONF
  return {
    service: { listen: { address, port: 53 }, forwardFrom: from },
    steps: [...portSteps(facts, daemonUid), { kind: 'file', path: RESOLV_CONF, before, after }],
    warnings: resolvConfWarnings(facts, before),
  }
}

function resolvConfWarnings({ resolvConf }: ResolverFacts, before: FileState): string[] {
  const warnings: string[] = []
  const writer = writerOf(resolvConf)
  if (before.kind === 'link') {
    warnings.push(
      `${RESOLV_CONF} is a link to ${before.target}; it becomes a file. berthd still asks the name servers listed there.`,
    )
  } else if (writer !== undefined) {
    warnings.push(`${RESOLV_CONF} is written by ${writer}, which may write it anew; run this command again then.`)
  }
  if (/^options\b.*\brotate\b/m.test(resolvConf)) {
    warnings.push(`${RESOLV_CONF} has the option rotate: every other question goes to a server that has no such names.`)
  }
  return warnings
}

/** Lets a berthd without root listen on port 53. */
function portSteps(facts: ResolverFacts, daemonUid: number): ResolverStep[] {
  const before = facts.unprivilegedPortStart
  if (daemonUid === 0 || before <= 53) return []
  const set = (start: number) => ['sysctl', '-w', `${PORT_KEY}=${start}`]
  const purpose = 'let programs without root listen on ports from 53 on'
  return [
    ...fileSteps(facts, PORT_START, `# Berth: berthd answers DNS on port 53\n${PORT_KEY} = 53\n`),
    { kind: 'run', argv: set(53), undoArgv: set(before), purpose },
  ]
}

/** The lowest unprivileged port after a step that sets it. */
function portStartOf(step: ResolverStep): number | undefined {
  if (step.kind !== 'run' || step.argv[0] !== 'sysctl') return undefined
  return Number(step.argv[2]?.split('=')[1])
}

/** A file of our own, with its directory where that is missing. */
function fileSteps({ files }: ResolverFacts, path: string, content: string): ResolverStep[] {
  const directory = posix.dirname(path)
  const made: ResolverStep[] =
    files[directory]?.kind === 'absent'
      ? [{ kind: 'file', path: directory, before: { kind: 'absent' }, after: { kind: 'directory' } }]
      : []
  const after: FileState = { kind: 'file', content, mode: 0o644, uid: 0, gid: 0 }
  return [...made, { kind: 'file', path, before: files[path] ?? { kind: 'absent' }, after }]
}

function reload(purpose: string, ...argv: string[]): ResolverStep {
  return { kind: 'run', argv, undoArgv: argv, purpose }
}

/** Our drop-in for systemd-resolved. */
export function resolvedFile(): string {
  return '/etc/systemd/resolved.conf.d/berth.conf'
}

function macosFile(suffix: string): string {
  return `/etc/resolver/${suffix}`
}

function networkManagerFile(): string {
  return '/etc/NetworkManager/dnsmasq.d/berth.conf'
}

function addressAndPort({ address, port }: ListenAddress, separator: string): string {
  return `${address.includes(':') && separator === ':' ? `[${address}]` : address}${separator}${port}`
}
