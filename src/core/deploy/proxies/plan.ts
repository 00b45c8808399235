import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { IngressSettings } from '../deps.ts'
import type { IngressRecord, ProxyRecord } from './record.ts'

/** A service of the ingress's compose project. */
export type ProxyService = Record<string, unknown>

/** What has to become of the ingress for it to be as its settings say. */
export type IngressPlan =
  /** There is none yet. */
  | { do: 'start' }
  /** This proxy is as it should be. */
  | { do: 'keep'; service: string }
  /** Another one starts beside those there are, and takes over; no request is lost. */
  | { do: 'beside'; proxy: ProxyRecord }
  /** Other addresses, free of the old ones: it starts there, and the old one is ended later. */
  | { do: 'move'; service: string }
  /** Nothing can stand beside it: requests fail until it has been replaced. */
  | { do: 'replace'; why: string }

/** What stands, as the plan sees it: the front's service as its container was made, and those of the proxies beside it. */
export interface StandingIngress {
  record: IngressRecord
  services: Readonly<Record<string, ProxyService>>
}

/** Part of a service that only a new container can change. */
const held = ['ports', 'sysctls'] as const
/** Part of a service that is Berth's way of running it, and may differ between builds of Berth. */
const bearing = ['pull_policy', 'labels', 'restart', 'stop_grace_period', 'network_mode']

/** The ports of the machine that a front publishes. */
export interface PublishedPort {
  target: number
  published: string
  host_ip: string
}

/** What a front publishes by these settings. */
export function publishedPorts({ address, httpPort, tls }: IngressSettings, targets: { http: number; tls: number }) {
  const port = (target: number, published: number, hostIp: string) => ({
    target,
    published: String(published),
    host_ip: hostIp,
    protocol: 'tcp',
    mode: 'host',
  })
  return [port(targets.http, httpPort, address), ...(tls ? [port(targets.tls, tls.port, tls.address)] : [])]
}

/**
 * Decides what is to be done. `wanted` makes the service of a proxy with these ports; `isSameProgram` says whether a service
 * reads the files that are written now.
 */
export function planIngress(
  standing: StandingIngress | null,
  wanted: (ports: Pick<ProxyRecord, 'httpPort' | 'tlsPort'>) => ProxyService,
  isSameProgram: (service: ProxyService) => boolean,
): IngressPlan {
  if (standing === null) return { do: 'start' }
  const { record, services } = standing
  const front = record.proxies.find(({ service }) => service === record.front)
  const made = services[record.front]
  if (front === undefined || made === undefined) return { do: 'replace', why: 'its files are gone' }
  const next = wanted(front)
  const samePorts = isDeepStrictEqual(pick(made, ['ports']), pick(next, ['ports']))
  if (!isSameProgram(made)) return { do: 'replace', why: 'it is another program' }
  if (!samePorts) return moveOf(made, next)
  if (!isDeepStrictEqual(pick(made, held), pick(next, held)))
    return { do: 'replace', why: 'its kernel settings change' }
  const fit = record.proxies.filter(
    (one) => one.leavingSince === null && services[one.service] && isSame(services[one.service]!, wanted(one)),
  )
  const kept = fit.find(({ service }) => service === record.serving) ?? fit[0]
  return kept ? { do: 'keep', service: kept.service } : { do: 'beside', proxy: nextProxy(record) }
}

function moveOf(made: ProxyService, next: ProxyService): IngressPlan {
  const [before, after] = [made['ports'], next['ports']] as [PublishedPort[], PublishedPort[]]
  const clash = after.find((one) => before.some((other) => clashes(one, other)))
  if (clash) return { do: 'replace', why: `${clash.host_ip}:${clash.published} is taken by the one that stands` }
  return {
    do: 'move',
    service: `proxy-${createHash('sha256').update(JSON.stringify(after)).digest('hex').slice(0, 8)}`,
  }
}

/** Whether two ports of the machine cannot be published by two containers at once. */
export function clashes(one: PublishedPort, other: PublishedPort): boolean {
  const everywhere = (address: string) => address === '0.0.0.0' || address === '::'
  if (one.published !== other.published) return false
  return one.host_ip === other.host_ip || everywhere(one.host_ip) || everywhere(other.host_ip)
}

const pick = (service: ProxyService, keys: readonly string[]) => keys.map((key) => service[key] ?? null)

/** The same program with the same settings, however it is run. */
function isSame(one: ProxyService, other: ProxyService): boolean {
  const program = (service: ProxyService) =>
    Object.fromEntries(Object.entries(service).filter(([key]) => ![...held, ...bearing].includes(key)))
  return isDeepStrictEqual(program(one), program(other))
}

/** Where the ports of proxies beside the first begin: a pair for each. */
const portsFrom = 8100

function nextProxy({ proxies }: IngressRecord): ProxyRecord {
  const taken = new Set(proxies.map(({ httpPort }) => httpPort))
  let httpPort = portsFrom
  while (taken.has(httpPort)) httpPort += 2
  return { service: `proxy-${httpPort}`, httpPort, tlsPort: httpPort + 1, leavingSince: null }
}

/** The plan in words, for who is about to have it done; null where nobody has to know. */
export function describeIngressPlan(plan: IngressPlan): string | null {
  if (plan.do === 'beside') return 'the ingress is replaced by another one beside it; no request is lost'
  if (plan.do === 'move') return 'the ingress moves to another address; the old one goes on for a while'
  if (plan.do === 'replace') return `the ingress is replaced: requests fail for a moment, since ${plan.why}`
  return null
}
