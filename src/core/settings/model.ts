import type { Quota } from '../access/model.ts'

/** What this user settled for this machine in `config.toml` of the state directory, every default filled in. */
export interface Settings {
  network: {
    /** CIDR every env's block is taken from. */
    pool: string
    /** Domain of the names, without dots at the ends. */
    suffix: string
    /** CIDR other machines' envs may have addresses of, where a tunnel leads to them. */
    machines: string
    /** CIDR of the tunnels themselves. */
    tunnels: string
    /** UDP port on which this machine takes tunnels. */
    tunnelPort: number
  }
  /** Where DNS questions are answered. */
  dns: ListenSetting
  /** Where the proxy for `*.localhost` listens. */
  proxy: ListenSetting
  /** Where the API is served over TLS to holders of tokens; null: nowhere. */
  api: ListenSetting | null
  /** Where webhooks of git hosts are taken; null: nowhere. */
  webhook: WebhookSettings | null
  /** Where machines are rented. */
  hetzner: { endpoint: string }
  engine: {
    /** Address of the container engine (`unix:///…`), or null: DOCKER_HOST, then the docker context. */
    host: string | null
  }
  /** What this user's envs may use of the machine together. */
  quota: Quota
  shared: {
    /** Seconds a shared service outlives the last env that uses it. */
    graceSeconds: number
  }
  /** What takes the requests for the apps of this machine. */
  ingress: IngressSetting
}

/** Who may send webhooks, and where to. */
export interface WebhookSettings {
  listen: ListenSetting
  /** Networks (CIDR) they may come from; everywhere when empty. */
  allow: string[]
}

export interface ListenSetting {
  /** A loopback address but for the API, without the brackets of an IPv6 one. */
  address: string
  port: number
}

/** The proxy in front of the apps. */
export interface IngressSetting extends ListenSetting {
  proxy: 'traefik' | 'caddy'
  image: string
  /** So long a proxy goes on once another took over. */
  drainSeconds: number
  /** Where and how it speaks TLS; null: it does not. */
  tls: (ListenSetting & { hstsSeconds: number | null; acme: AcmeSettings }) | null
}

/** Where its certificates come from. */
export interface AcmeSettings {
  email: string | null
  /** URL of the CA's directory. */
  directory: string
  /** Whether it is Let's Encrypt's to try things with. */
  staging: boolean
  /** Absolute path of the root the CA's own certificate is checked against; null: the system's roots. */
  caFile: string | null
  challenge: 'http-01' | 'dns-01'
  /** Argument list; empty with http-01. */
  dnsHook: string[]
}
