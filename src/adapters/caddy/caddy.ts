import type { IngressRoute, IngressState } from '../../core/ports/ingress.ts'
import {
  healthPath,
  type IngressOptions,
  type IngressProgram,
  markOf,
  type ProxyInstance,
  proxyHeader,
} from '../../core/ports/ingress.ts'
import { countsPath, countsRoute, readCaddyCounts, sharedRoutes, versionServers } from './canary.ts'

/** Where the container sees its configuration. */
const directory = '/etc/berth'

/**
 * Caddy (https://caddyserver.com/docs/json/): one JSON file, taken up by `caddy reload`. No request under way is cut off by
 * that; kept connections without one are closed, and their clients open new ones.
 * Its admin endpoint is a socket inside the container: nothing of it can be reached from outside. It orders no certificates:
 * it would try for a month, and say so in its log alone.
 */
export const caddy: IngressProgram = {
  name: 'caddy',
  service: ({ image, directory: source }: IngressOptions, instance) => ({
    image,
    command: ['caddy', 'run', '--config', `${directory}/${fileOf(instance)}`],
    // what Caddy keeps for itself
    environment: { XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: '/config' },
    volumes: [`${source}:${directory}:ro`, 'data:/data'],
  }),
  isService: ({ command }) => Array.isArray(command) && command[0] === 'caddy',
  // on a reload the new listener stands beside the old one; connections the old one had not yet taken go over to it
  sysctls: ({ migratesConnections }): Record<string, number> =>
    migratesConnections ? { 'net.ipv4.tcp_migrate_req': 1 } : {},
  files: (state, instance) => [
    { path: fileOf(instance), text: `${JSON.stringify(configuration(state, instance), undefined, 2)}\n` },
  ],
  reload: (instance) => [
    'caddy',
    'reload',
    '--config',
    `${directory}/${fileOf(instance)}`,
    '--address',
    'unix//run/caddy-admin.sock',
  ],
  fallsBack: true,
  countsPath,
  counts: readCaddyCounts,
}

/** Each instance reads a file of its own. */
const fileOf = (instance: ProxyInstance) =>
  markOf(instance) === 'first' ? 'caddy.json' : `caddy-${markOf(instance)}.json`

function configuration(state: IngressState, instance: ProxyInstance) {
  const { tls, certificates } = state
  const server = { automatic_https: { disable: true }, protocols: ['h1', 'h2'] }
  const secure = {
    ...server,
    listen: [`:${instance.tlsPort}`],
    tls_connection_policies: [{}],
    routes: secureRoutes(state, instance),
  }
  const files = certificates.map(({ certificate, key }) => ({
    certificate: `${directory}/${certificate}`,
    key: `${directory}/${key}`,
  }))
  return {
    admin: { listen: 'unix//run/caddy-admin.sock', config: { persist: false } },
    apps: {
      http: {
        // connections under way keep their old routes for so long when the configuration changes
        grace_period: '30s',
        servers: {
          apps: { ...server, listen: [`:${instance.httpPort}`], routes: plainRoutes(state, instance) },
          ...(tls && { secure }),
          ...versionServersOf(state),
        },
      },
      ...(tls && { tls: { certificates: { load_files: files }, disable_ocsp_stapling: true } }),
    },
  }
}

const versionServersOf = ({ routes }: IngressState): Record<string, object> =>
  Object.assign({}, ...routes.map((route) => versionServers(route, reverseProxy)))

/** What each request over plain HTTP meets first: a CA's question, its app (exact names before wildcards), our own health. */
function plainRoutes({ answers, routes, tls }: IngressState, instance: ProxyInstance) {
  const asked = Object.entries(answers).map(([path, body]) => ({
    match: [{ path: [path] }],
    handle: [{ handler: 'static_response', body }],
    terminal: true,
  }))
  const apps = hostsInOrder(routes).flatMap(({ host, route }) =>
    route.secureHosts.includes(host) ? [toSecure(host, tls?.port ?? 443)] : toApp(host, route),
  )
  return [...asked, ...routes.flatMap(toDeployments), ...apps, ...rest(instance)]
}

function secureRoutes({ routes, tls }: IngressState, instance: ProxyInstance) {
  const seconds = tls?.hstsSeconds ?? null
  const hsts = { handler: 'headers', response: { set: { 'Strict-Transport-Security': [`max-age=${seconds}`] } } }
  const before = seconds === null ? [] : [hsts]
  const secure = hostsInOrder(routes).filter(({ host, route }) => route.secureHosts.includes(host))
  return [...secure.flatMap(({ host, route }) => toApp(host, route, before)), ...rest(instance)]
}

/** Whatever is no app's. */
const rest = (instance: ProxyInstance) => [
  {
    match: [{ path: [healthPath] }],
    handle: [{ handler: 'static_response', body: 'ok\n', headers: { [proxyHeader]: [markOf(instance)] } }],
    terminal: true,
  },
  { handle: [{ handler: 'static_response', status_code: 404 }] },
]

/** The first route that matches is taken. */
function hostsInOrder(routes: readonly IngressRoute[]) {
  const all = routes.flatMap((route) => route.hosts.map((host) => ({ host, route })))
  const isExact = ({ host }: { host: string }) => !host.startsWith('*.')
  return [...all.filter(isExact), ...all.filter((one) => !isExact(one))]
}

function toApp(host: string, route: IngressRoute, before: object[] = []): object[] {
  if (route.canary !== null) return sharedRoutes(host, route, route.canary, { before, proxy: reverseProxy })
  return [{ match: [{ host: [host] }], handle: [...before, reverseProxy(route.upstreams)], terminal: true }]
}

/** 308: also what is no GET is sent again as it was. */
function toSecure(host: string, port: number) {
  const location = `https://{http.request.host}${port === 443 ? '' : `:${port}`}{http.request.uri}`
  const redirect = { handler: 'static_response', status_code: 308, headers: { Location: [location] } }
  return { match: [{ host: [host] }], handle: [redirect], terminal: true }
}

/** Names that lead to one version alone, for us. */
function toDeployments({ ownHost, deployment, upstreams, canary }: IngressRoute): object[] {
  const to = (host: string, name: string, versions: readonly string[]) => {
    const named = { handler: 'headers', response: { deferred: true, set: { 'berth-deployment': [name] } } }
    return { match: [{ host: [host] }], handle: [named, reverseProxy(versions)], terminal: true }
  }
  const live = to(ownHost, deployment, upstreams)
  if (canary === null) return [live]
  return [live, to(canary.ownHost, canary.deployment, [canary.upstream]), countsRoute(canary)]
}

function reverseProxy(upstreams: readonly string[]) {
  return {
    handler: 'reverse_proxy',
    upstreams: upstreams.map((dial) => ({ dial })),
    // also bounds the look-up of a name that has just gone
    transport: { protocol: 'http', dial_timeout: '500ms' },
    load_balancing: {
      selection_policy: { policy: 'first' },
      // a container that has just died refuses connections before anybody knows: the next one is asked
      retries: 10,
      try_duration: '5s',
      try_interval: '50ms',
    },
    ...(upstreams.length > 1 && { health_checks: { passive: { fail_duration: '5s', max_fails: 1 } } }),
  }
}
