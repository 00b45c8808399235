import type { ServicePlan } from './model.ts'

/** What a `[deploy]` table is written from. */
export interface InitFacts {
  app: string
  domains: readonly string[]
  /** What takes the requests; null: nothing does. */
  entrance: { service: string; port: number } | null
  /** Whether the compose file says when the entrance is healthy. */
  hasHealthcheck: boolean
  services: readonly ServicePlan[]
}

/** Ports on which nobody speaks HTTP. */
const otherProtocols = new Set([
  21, 22, 25, 53, 110, 143, 389, 1433, 1521, 1883, 3306, 4222, 5432, 5672, 6379, 9092, 11211, 27017,
])

/** How the entrance is asked whether it is ready, where its compose file does not say. */
export const probeFor = (port: number): 'http' | 'tcp' => (otherProtocols.has(port) ? 'tcp' : 'http')

/** A `[deploy]` table with what was found, and what else may be said as comments. */
export function deployTable(facts: InitFacts): string {
  const { app, domains, entrance, services } = facts
  const inPlace = services.filter(({ mode }) => mode === 'in-place')
  return [
    '[deploy]',
    `app = ${JSON.stringify(app)}`,
    ...(entrance === null
      ? ['# no service publishes or exposes a port: it takes no requests']
      : [`ingress = ${JSON.stringify(entrance.service)}  # takes the requests, on port ${entrance.port}`]),
    domains.length === 0
      ? `# domains = ["${app}.example.com"]  # default: ${app}.localhost`
      : `domains = [${domains.map((domain) => JSON.stringify(domain)).join(', ')}]`,
    ...(entrance === null ? [] : healthLines(facts, entrance)),
    'drain = 10  # seconds the old version goes on beside the new one',
    'retention = 5  # releases kept on each machine',
    ...(inPlace.length === 0
      ? []
      : ['', '# Replaced in place, for it cannot run twice; the label berth.deploy: beside says otherwise:']),
    ...inPlace.map(({ service, reason }) => `#   ${oneLine(service)}: ${oneLine(reason ?? '')}`),
    '',
  ].join('\n')
}

function healthLines({ hasHealthcheck }: InitFacts, { service, port }: { service: string; port: number }): string[] {
  if (hasHealthcheck) return [`# ${oneLine(service)} has a healthcheck, which says when a new version is ready`]
  return probeFor(port) === 'http'
    ? ['health = { path = "/", timeout = 60 }  # it has no healthcheck: it is asked over HTTP']
    : ['health = { kind = "tcp", timeout = 60 }  # it has no healthcheck: it must take connections']
}

/** Nothing that is quoted in a comment ends it. */
const oneLine = (text: string) => text.replaceAll(/\p{C}+/gu, ' ')
