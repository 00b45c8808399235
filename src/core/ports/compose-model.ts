/**
 * What `docker compose config --format json` prints: the canonical model. Paths are absolute, short forms are long ones,
 * values are interpolated. Only what Berth reads is typed; the rest is there all the same.
 */
export interface ComposeModel {
  name: string
  services: Record<string, ComposeService>
  networks?: Record<string, ComposeNetwork | null>
  volumes?: Record<string, ComposeVolume | null>
  configs?: Record<string, ComposeFile | null>
  secrets?: Record<string, ComposeFile | null>
}

export interface ComposeService {
  image?: string
  build?: ComposeBuild
  container_name?: string
  command?: string[] | null
  entrypoint?: string[] | null
  ports?: ComposePort[]
  expose?: (string | number)[]
  networks?: Record<string, ComposeAttachment | null>
  network_mode?: string
  volumes?: ComposeMount[]
  volumes_from?: string[]
  labels?: Record<string, string>
  environment?: Record<string, string | null>
  healthcheck?: { disable?: boolean; test?: string[] }
  depends_on?: Record<string, { condition: string; required?: boolean; restart?: boolean }>
  profiles?: string[]
  privileged?: boolean
  pid?: string
  ipc?: string
  uts?: string
  cgroup?: string
  userns_mode?: string
  devices?: (string | { source?: string; target?: string })[]
  cpus?: number
  mem_limit?: string
  deploy?: {
    replicas?: number
    resources?: {
      limits?: { cpus?: string | number; memory?: string }
      reservations?: { devices?: { capabilities?: string[] }[] }
    }
  }
  scale?: number
  restart?: string
  dns?: string[]
  extra_hosts?: string[] | Record<string, string | string[]>
  links?: string[]
  external_links?: string[]
  hostname?: string
}

export interface ComposeBuild {
  context?: string
  dockerfile?: string
  network?: string
  additional_contexts?: Record<string, string>
  labels?: Record<string, string>
  /** Further references for the image. */
  tags?: string[]
}

export interface ComposePort {
  target: number
  /** Host port or range of them; absent when the engine picks one. */
  published?: string
  host_ip?: string
  protocol?: string
  mode?: string
}

export interface ComposeAttachment {
  ipv4_address?: string
  ipv6_address?: string
  aliases?: string[]
}

export interface ComposeMount {
  type: string
  source?: string
  target: string
  read_only?: boolean
}

export interface ComposeNetwork {
  name?: string
  external?: boolean
  driver?: string
  driver_opts?: Record<string, string>
  ipam?: { driver?: string; config?: ComposeIpamConfig[]; options?: Record<string, string> }
  enable_ipv6?: boolean
  internal?: boolean
  labels?: Record<string, string>
}

export interface ComposeIpamConfig {
  subnet?: string
  gateway?: string
  ip_range?: string
  aux_addresses?: Record<string, string>
}

export interface ComposeVolume {
  name?: string
  external?: boolean
  driver?: string
  driver_opts?: Record<string, string>
  labels?: Record<string, string>
}

/** A config or secret. */
export interface ComposeFile {
  name?: string
  file?: string
  external?: boolean
}
