import { join } from 'node:path'
import type { IngressOptions } from '../../ports/ingress.ts'
import type { EngineContainer } from '../../ports.ts'
import type { IngressDeps } from '../ingress.ts'
import { proxyContainers } from '../ingress-names.ts'
import { type IngressPlan, type ProxyService, planIngress, publishedPorts, type StandingIngress } from './plan.ts'
import { instanceOf, type ProxyRecord, readIngressRecord } from './record.ts'

/** The ingress as it stands: its record, the services its containers were made from, and those of its containers that run. */
export interface IngressLook extends StandingIngress {
  front: EngineContainer & { startedAt: number }
  running: readonly (EngineContainer & { service: string })[]
}

/** Looks at the ingress; null where nothing has the ports of the machine. */
export async function lookAtIngress(deps: IngressDeps): Promise<IngressLook | null> {
  const record = await readIngressRecord(deps)
  const running = (await proxyContainers(deps)).filter(({ state }) => state === 'running')
  const front = running.find(({ service }) => service === record.front)
  const startedAt = front && (await deps.engine.times(front.id))?.startedAt
  if (!front || !startedAt) return null
  const services = await Promise.all(
    record.proxies.map(async ({ service }) => {
      const file = service === record.front ? frontFile(deps) : besideFile(deps, service)
      return [service, readService(await deps.files.readText(file), service)] as const
    }),
  )
  const known = services.filter((one): one is [string, ProxyService] => one[1] !== undefined)
  return { record, services: Object.fromEntries(known), front: { ...front, startedAt }, running }
}

/** What is to become of the ingress, by the settings there are. */
export const planFor = (deps: IngressDeps, look: IngressLook | null): IngressPlan =>
  planIngress(
    look,
    (proxy) => wantedService(deps, { service: '', leavingSince: null, ...proxy }),
    (service) => deps.ingress.isService(service),
  )

/** The service of a proxy by the settings there are, with what a front holds. */
export function wantedService(deps: IngressDeps, proxy: ProxyRecord): ProxyService {
  const options = optionsOf(deps)
  const sysctls = deps.ingress.sysctls(options)
  return {
    ...deps.ingress.service(options, instanceOf(proxy)),
    ports: publishedPorts(deps.ingressSettings, { http: proxy.httpPort, tls: proxy.tlsPort }),
    ...(Object.keys(sysctls).length > 0 && { sysctls }),
  }
}

function optionsOf({ ingressSettings, paths, migratesConnections }: IngressDeps): IngressOptions {
  const { image, tls } = ingressSettings
  return { image, directory: join(paths.ingress, 'etc'), isSecure: tls !== null, migratesConnections }
}

/** Compose file of the proxy that has the ports. */
export const frontFile = ({ paths }: Pick<IngressDeps, 'paths'>) => join(paths.ingress, 'compose.json')
/** Compose file of one beside it. */
export const besideFile = ({ paths }: Pick<IngressDeps, 'paths'>, service: string) =>
  join(paths.ingress, `compose-${service}.json`)

function readService(text: string | undefined, name: string): ProxyService | undefined {
  try {
    return (JSON.parse(text ?? '{}') as { services?: Record<string, ProxyService> }).services?.[name]
  } catch {
    return undefined
  }
}
