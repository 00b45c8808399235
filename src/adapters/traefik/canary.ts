import type { IngressProgram, IngressRoute, RequestCounts } from '../../core/ports/ingress.ts'
import { readMetric } from '../../lib/prometheus.ts'

/** Where `prometheus@internal` is asked. */
export const countsPath = '/metrics'

const canaryOf = (app: string) => `app-${app}-canary`
/** Service of the version that has the requests, or those that a canary has not. */
export const stableOf = (app: string) => `app-${app}-stable`

/** Flags by which Traefik counts requests by service; nobody sees the counts but under a canary's secret host name. */
export const countingFlags = [
  '--metrics.prometheus=true',
  '--metrics.prometheus.addserviceslabels=true',
  '--metrics.prometheus.addentrypointslabels=false',
  '--metrics.prometheus.manualrouting=true',
]

/** The requests of an app's two versions, in what Traefik tells. */
export const readTraefikCounts: IngressProgram['counts'] = (text, app) => {
  const samples = readMetric(text, 'traefik_service_requests_total')
  const of = (service: string): RequestCounts => {
    const own = samples.filter(({ labels }) => labels['service'] === `${service}@file`)
    const sum = (some: typeof own) => some.reduce((total, { value }) => total + value, 0)
    return { requests: sum(own), failures: sum(own.filter(({ labels }) => Number(labels['code']) >= 500)) }
  }
  return { canary: of(canaryOf(app)), stable: of(stableOf(app)) }
}

/** Service that an app's hosts lead to: the version there is, and a canary for its share. */
export function servicesOf({ app, canary, upstreams }: IngressRoute): Record<string, object> {
  const stable = { name: stableOf(app), weight: 100 - (canary?.share ?? 0) }
  const tried = canary === null ? [] : [{ name: canaryOf(app), weight: canary.share }]
  return {
    [`app-${app}`]: { weighted: { services: [stable, ...tried] } },
    [stableOf(app)]: serversAt(upstreams),
    ...(canary && { [canaryOf(app)]: serversAt([canary.upstream]) }),
  }
}

/** Routers that only we use while there is a canary: to it alone, and to the counts. */
export function canaryTables({ app, canary }: IngressRoute, priority: number) {
  if (canary === null) return { routers: {}, middlewares: {} }
  const [name, named] = [canaryOf(app), `${canaryOf(app)}-named`]
  const router = (host: string) => ({ entryPoints: ['web'], rule: `Host(\`${host}\`)`, priority })
  return {
    routers: {
      [name]: { ...router(canary.ownHost), service: name, middlewares: [named] },
      [`${name}-counts`]: { ...router(canary.countsHost), service: 'prometheus@internal' },
    },
    middlewares: {
      [named]: { headers: { customResponseHeaders: { 'berth-deployment': canary.deployment } } },
    },
  }
}

/** An address whose container is gone answers nothing at all: another is asked soon, not after Traefik's 30 s. */
export const quickTransport = { berth: { forwardingTimeouts: { dialTimeout: '500ms' } } }

/**
 * The first takes the requests. The next gets one of a million, for Traefik knows no spare server, and all of them once the
 * first has failed three in a row: by then those that never got to it are being tried again. (Its `failover` would need an
 * active health check, which knows less of the app than the app's own.) Since Traefik 3.5.
 */
function serversAt(upstreams: readonly string[]) {
  const [first = '', ...rest] = upstreams.map((upstream) => `http://${upstream}`)
  const shared = { passHostHeader: true, serversTransport: 'berth' }
  if (rest.length === 0) return { loadBalancer: { servers: [{ url: first }], ...shared } }
  const servers = [{ url: first, weight: 1_000_000 }, ...rest.map((url) => ({ url, weight: 1 }))]
  const passiveHealthCheck = { failureWindow: '2s', maxFailedAttempts: 3 }
  return { loadBalancer: { servers, passiveHealthCheck, ...shared } }
}

/** Only what never got to a server is sent again; where there is another one, for as long as it takes to turn to it. */
export const retryOf = ({ upstreams }: IngressRoute) => ({
  retry: { attempts: upstreams.length > 1 ? 10 : 3, initialInterval: '50ms' },
})
