/** Where the requests for one app go. */
export interface IngressRoute {
  /** Its id: lower case letters and digits. */
  app: string
  deployment: string
  /** Host names, in lower case; `*.` in front: all names one level below. */
  hosts: string[]
  /** Those of them there is a certificate for: over plain HTTP they are sent to TLS. */
  secureHosts: string[]
  /** Host name that leads to this deployment alone; its answers carry the header `berth-deployment`. */
  ownHost: string
  /** The first takes the requests; the next is asked where that one does not answer. `name:port`. */
  upstreams: string[]
  /** A version that gets a share of the requests. */
  canary: CanaryRoute | null
}

/** Where some of the requests for an app go. */
export interface CanaryRoute {
  deployment: string
  /** Host name that leads to it alone. */
  ownHost: string
  /** Percent of the requests. */
  share: number
  /** `name:port` */
  upstream: string
  /** Host name below which the proxy tells what it has counted, at `countsPath`. */
  countsHost: string
}

/** Requests one version was sent since the proxy started, and how many of them it failed (a status of 500 or more). */
export interface RequestCounts {
  requests: number
  failures: number
}

/** A certificate and its key: paths relative to the directory of the configuration, which change with their content. */
export interface IngressCertificate {
  certificate: string
  key: string
}

/** Everything a proxy is to do. */
export interface IngressState {
  routes: readonly IngressRoute[]
  certificates: readonly IngressCertificate[]
  /** Path → what it is answered with on any host, over plain HTTP: what a CA asks for. */
  answers: Readonly<Record<string, string>>
  /** null: no TLS at all. */
  tls: { port: number; hstsSeconds: number | null } | null
}

/** A file of the proxy's configuration, relative to its directory. */
export interface IngressFile {
  path: string
  text: string
}

/** One of the proxies that stand in one network namespace while one takes over from the other: each listens on ports of its own. */
export interface ProxyInstance {
  httpPort: number
  tlsPort: number
  /** It gets no new connections: where it can, it ends each it has with the next answer. */
  isLeaving: boolean
}

/** The ports of the instance whose container publishes those of the machine: what a port of the machine leads to by itself. */
export const firstPorts = { httpPort: 80, tlsPort: 443 } as const

/** What tells an instance's files, and its answers to `healthPath`, from those of the others. */
export const markOf = ({ httpPort }: Pick<ProxyInstance, 'httpPort'>) =>
  httpPort === firstPorts.httpPort ? 'first' : String(httpPort)

/** Header of an answer to `healthPath`: the mark of the instance that gave it. */
export const proxyHeader = 'berth-proxy'

/** A reverse proxy, as data: what its container is, and what it reads. */
export interface IngressProgram {
  name: string
  /** Its part of a compose service: the program and its files; nothing of ports and networks. */
  service(options: IngressOptions, instance: ProxyInstance): Record<string, unknown>
  /** Whether a compose service is of this program. */
  isService(service: Record<string, unknown>): boolean
  /** Settings of the kernel for the namespace it listens in. */
  sysctls(options: IngressOptions): Record<string, number>
  /** Configuration for this state. Written before it starts, and before each reload. */
  files(state: IngressState, instance: ProxyInstance): IngressFile[]
  /** argv, run in its container, that makes it take new files without losing a request; null when it looks for itself. */
  reload: ((instance: ProxyInstance) => readonly string[]) | null
  /** Whether it asks a route's next upstream by itself as soon as the first does not answer. */
  fallsBack: boolean
  /** Where it tells its counts, by the host name of a canary. */
  countsPath: string
  /** The requests of an app that went to its canary, and those that did not, in what it tells there. */
  counts(text: string, app: string): { canary: RequestCounts; stable: RequestCounts }
}

export interface IngressOptions {
  image: string
  /** Directory on the machine that holds the files. */
  directory: string
  /** Whether it takes requests over TLS. */
  isSecure: boolean
  /** Whether the kernel hands waiting connections of a closed listener to its sibling (Linux 5.14, tcp_migrate_req). */
  migratesConnections: boolean
}

/** Path that the proxy answers by itself on every host that is no app's: for checks from outside. */
export const healthPath = '/.berth/health'
