/** Addresses behind one env, as the DNS server and the proxy see them. */
export interface NamedEnv {
  project: string
  env: string
  /** Older envs keep short names that two envs want. ISO 8601. */
  createdAt: string
  /** Service the project's own name leads to, or null. */
  ingress: string | null
  /** Names that also lead to the ingress; `*.x` is a wildcard. Whole when below the suffix, else below the env. */
  extraNames: string[]
  services: NamedService[]
}

export interface NamedService {
  service: string
  ipv4: string[]
  ipv6: string[]
  /** TCP ports, the one HTTP is expected on first. */
  ports: number[]
}
