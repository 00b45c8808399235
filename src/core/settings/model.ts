/** What this user settled for this machine in `config.toml` of the state directory, every default filled in. */
export interface Settings {
  network: {
    /** CIDR every env's block is taken from. */
    pool: string
    /** Domain of the names, without dots at the ends. */
    suffix: string
  }
  /** Where DNS questions are answered. */
  dns: ListenSetting
  /** Where the proxy for `*.localhost` listens. */
  proxy: ListenSetting
  engine: {
    /** Address of the container engine (`unix:///…`), or null: DOCKER_HOST, then the docker context. */
    host: string | null
  }
  shared: {
    /** Seconds a shared service outlives the last env that uses it. */
    graceSeconds: number
  }
}

export interface ListenSetting {
  /** A loopback address. */
  address: string
  port: number
}
