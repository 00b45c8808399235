import type { CanaryRoute, IngressProgram, IngressRoute, RequestCounts } from '../../core/ports/ingress.ts'
import { readMetric } from '../../lib/prometheus.ts'

/** Where `metrics` of Caddy is asked. */
export const countsPath = '/metrics'

/** Caddy counts by server: while there is a canary, each version of that app has one of its own, behind the first. */
export const canaryServer = (app: string) => `${app}-canary`
const stableServer = (app: string) => `${app}-stable`
const socketOf = (server: string) => `unix//run/${server}.sock`

/** The requests of an app's two versions, in what Caddy tells. */
export const readCaddyCounts: IngressProgram['counts'] = (text, app) => {
  const samples = readMetric(text, 'caddy_http_response_duration_seconds_count')
  const of = (server: string): RequestCounts => {
    const own = samples.filter(({ labels }) => labels['server'] === server && labels['handler'] === 'reverse_proxy')
    const sum = (some: typeof own) => some.reduce((total, { value }) => total + value, 0)
    return { requests: sum(own), failures: sum(own.filter(({ labels }) => Number(labels['code']) >= 500)) }
  }
  return { canary: of(canaryServer(app)), stable: of(stableServer(app)) }
}

/** How a version is proxied to: upstreams, each asked where the one before does not answer. */
type Proxy = (upstreams: readonly string[]) => object

/**
 * What takes a host's requests while there is a canary: it, by chance, a share of them of 256 parts (the first two digits
 * of a request's own id are random; `weighted_round_robin` came with Caddy 2.7, and Debian has 2.6), the version before the
 * others. No connection to these servers is kept: one that a reload closes would take a request with it.
 */
export function sharedRoutes(
  host: string,
  { app, upstreams }: IngressRoute,
  { share }: CanaryRoute,
  { before, proxy }: { before: object[]; proxy: Proxy },
): object[] {
  const limit = Math.max(1, Math.round((share * 256) / 100))
    .toString(16)
    .padStart(2, '0')
  const transport = { protocol: 'http', dial_timeout: '500ms', keep_alive: { enabled: false } }
  const version = (server: string) => [...before, { ...proxy([socketOf(server), ...upstreams]), transport }]
  const chosen = { host: [host], expression: `{http.request.uuid} < "${limit}"` }
  return [
    { match: [chosen], handle: version(canaryServer(app)), terminal: true },
    { match: [{ host: [host] }], handle: version(stableServer(app)), terminal: true },
  ]
}

/** Where the counts are asked. */
export const countsRoute = ({ countsHost }: CanaryRoute) => ({
  match: [{ host: [countsHost] }],
  handle: [{ handler: 'metrics' }],
  terminal: true,
})

/**
 * Servers of an app's two versions; the old one answers where the new one takes no connection. They are there also without a
 * canary: a request that is on its way to one when the share ends must find it.
 */
export function versionServers({ app, upstreams, canary }: IngressRoute, proxy: Proxy): Record<string, object> {
  const server = (name: string, to: readonly string[]) => ({
    listen: [socketOf(name)],
    metrics: {},
    automatic_https: { disable: true },
    routes: [{ handle: [proxy(to)] }],
  })
  const [tried, stable] = [canaryServer(app), stableServer(app)]
  return {
    [tried]: server(tried, [...(canary === null ? [] : [canary.upstream]), ...upstreams]),
    [stable]: server(stable, upstreams),
  }
}
