import type { IngressRoute, IngressState } from '../../core/ports/ingress.ts'
import {
  healthPath,
  type IngressOptions,
  type IngressProgram,
  markOf,
  type ProxyInstance,
  proxyHeader,
} from '../../core/ports/ingress.ts'
import {
  canaryTables,
  countingFlags,
  countsPath,
  quickTransport,
  readTraefikCounts,
  retryOf,
  servicesOf,
  stableOf,
} from './canary.ts'
import { pluginFiles, pluginModule, pluginName } from './challenge-plugin.ts'

/** Where the container sees its configuration. */
const directory = '/etc/berth'

/**
 * Traefik 3 (https://doc.traefik.io/traefik/providers/file/): watches a directory and takes a new file without closing a
 * connection. No dashboard, no API, no Docker socket. It orders no certificates: what failed it tries again with each new
 * route, into the CA's rate limit (traefik/traefik#11912), or never (#9405).
 */
export const traefik: IngressProgram = {
  name: 'traefik',
  service: ({ image, directory: source, isSecure }: IngressOptions, instance) => ({
    image,
    command: [
      ...entryPoint('web', instance.httpPort),
      ...(isSecure
        ? [
            ...entryPoint('websecure', instance.tlsPort),
            `--experimental.localplugins.${pluginName}.modulename=${pluginModule}`,
          ]
        : []),
      `--providers.file.directory=${directory}/${routesDirectory(instance)}`,
      '--providers.file.watch=true',
      '--providers.providersthrottleduration=50ms',
      '--ping.manualrouting=true',
      ...countingFlags,
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
      '--log.level=WARN',
    ],
    // where it looks for plugins
    working_dir: directory,
    volumes: [`${source}:${directory}:ro`],
  }),
  isService: ({ command }) => Array.isArray(command) && command.includes('--providers.file.watch=true'),
  sysctls: () => ({}),
  // JSON is YAML; by its name Traefik would not read it
  files: (state, instance) => [
    ...(state.tls ? pluginFiles : []),
    {
      path: `${routesDirectory(instance)}/routes.yaml`,
      text: `${JSON.stringify(configuration(state, instance), undefined, 2)}\n`,
    },
  ],
  reload: null,
  fallsBack: true,
  countsPath,
  counts: readTraefikCounts,
}

/** Each instance reads a directory of its own. */
const routesDirectory = (instance: ProxyInstance) =>
  markOf(instance) === 'first' ? 'routes' : `routes-${markOf(instance)}`

const entryPoint = (name: string, port: number) => [
  `--entrypoints.${name}.address=:${port}`,
  `--entrypoints.${name}.transport.lifecycle.gracetimeout=30s`,
]

/** Which router takes a request that several match: a CA's question, exact names, wildcards, our own health. */
const priorities = { answer: 1_000_000, deployment: 100_000, host: 10_000, wildcard: 1000, health: 1 } as const

interface Tables {
  routers?: Record<string, object>
  middlewares?: Record<string, object>
  services?: Record<string, object>
  serversTransports?: Record<string, object>
}

function configuration(state: IngressState, instance: ProxyInstance) {
  const { tls, certificates } = state
  const apps = state.routes.map((route) => appOf(route, state))
  const tables = merge([healthOf(instance), answersOf(state), secureOf(state), ...apps])
  const files = certificates.map(({ certificate, key }) => ({
    certFile: `${directory}/${certificate}`,
    keyFile: `${directory}/${key}`,
  }))
  return {
    http: instance.isLeaving ? leaving(tables) : tables,
    ...(tls && {
      tls: {
        // a name without a certificate gets none, instead of one of Traefik's own that no client trusts
        options: { default: { sniStrict: true, minVersion: 'VersionTLS12' } },
        ...(files.length > 0 && { certificates: files }),
      },
    }),
  }
}

const healthOf = (instance: ProxyInstance): Tables => ({
  routers: {
    health: {
      entryPoints: ['web'],
      rule: `Path(\`${healthPath}\`)`,
      priority: priorities.health,
      service: 'ping@internal',
      middlewares: ['health'],
    },
  },
  middlewares: { health: { headers: { customResponseHeaders: { [proxyHeader]: markOf(instance) } } } },
})

/** The same, but that each answer ends its connection: the client's next one goes to the instance that took over. */
function leaving({ routers = {}, middlewares, ...rest }: Tables): Tables {
  const last = Object.entries(routers).map(([name, router]) => {
    const { middlewares: own = [] } = router as { middlewares?: string[] }
    return [name, { ...router, middlewares: ['leaving', ...own] }]
  })
  const close = { headers: { customResponseHeaders: { Connection: 'close' } } }
  return { routers: Object.fromEntries(last), middlewares: { ...middlewares, leaving: close }, ...rest }
}

/** What a CA asks for. */
function answersOf({ answers }: IngressState): Tables {
  const paths = Object.keys(answers)
  if (paths.length === 0) return {}
  const rule = paths.map((path) => `Path(\`${path}\`)`).join(' || ')
  const router = { entryPoints: ['web'], rule, priority: priorities.answer, service: 'noop@internal' }
  return {
    routers: { answers: { ...router, middlewares: ['answers'] } },
    middlewares: { answers: { plugin: { [pluginName]: { answers } } } },
  }
}

/** What hosts with a certificate share. */
function secureOf({ tls, routes }: IngressState): Tables {
  if (tls === null || routes.every(({ secureHosts }) => secureHosts.length === 0)) return {}
  const { port, hstsSeconds } = tls
  const redirectScheme = { scheme: 'https', permanent: true, ...(port !== 443 && { port: String(port) }) }
  const hsts = {
    hsts: { headers: { customResponseHeaders: { 'Strict-Transport-Security': `max-age=${hstsSeconds}` } } },
  }
  return { middlewares: { 'to-secure': { redirectScheme }, ...(hstsSeconds !== null && hsts) } }
}

function appOf(route: IngressRoute, { tls }: IngressState): Tables {
  const { app, hosts, secureHosts, ownHost, deployment } = route
  const tried = canaryTables(route, priorities.deployment)
  const [again, named] = [`${app}-again`, `${app}-named`]
  const service = `app-${app}`
  const plain = (host: string) => ({
    entryPoints: ['web'],
    service,
    ...ruleFor(host),
    middlewares: secureHosts.includes(host) ? ['to-secure'] : [again],
  })
  const secure = (host: string) => ({
    entryPoints: ['websecure'],
    service,
    ...ruleFor(host),
    tls: {},
    middlewares: [...(tls?.hstsSeconds == null ? [] : ['hsts']), again],
  })
  return {
    routers: {
      ...Object.fromEntries(hosts.map((host, index) => [`app-${app}-${index}`, plain(host)])),
      ...Object.fromEntries(secureHosts.map((host, index) => [`app-${app}-${index}-secure`, secure(host)])),
      [`app-${app}-own`]: {
        entryPoints: ['web'],
        service: stableOf(app),
        rule: hostRule(ownHost),
        priority: priorities.deployment,
        middlewares: [again, named],
      },
      ...tried.routers,
    },
    middlewares: {
      [again]: retryOf(route),
      [named]: { headers: { customResponseHeaders: { 'berth-deployment': deployment } } },
      ...tried.middlewares,
    },
    services: servicesOf(route),
    serversTransports: quickTransport,
  }
}

/** A longer rule would be stronger, whatever it says. */
const ruleFor = (host: string) =>
  host.startsWith('*.')
    ? { rule: `HostRegexp(\`^[^.]+${host.slice(1).replaceAll('.', '\\.')}$\`)`, priority: priorities.wildcard }
    : { rule: hostRule(host), priority: priorities.host }

const hostRule = (host: string) => `Host(\`${host}\`)`

/** Tables joined by their kind; empty ones are errors to Traefik. */
function merge(parts: readonly Tables[]): Tables {
  const kinds = ['routers', 'middlewares', 'services', 'serversTransports'] as const
  const joined = kinds.map(
    (kind) => [kind, Object.assign({}, ...parts.map((part) => part[kind] ?? {})) as object] as const,
  )
  return Object.fromEntries(joined.filter(([, table]) => Object.keys(table).length > 0))
}
