import * as z from 'zod'

/**
 * What the Hetzner Cloud API takes, as https://docs.hetzner.cloud documents it, and nothing else: a request of any other
 * form is refused as the API refuses it.
 */
const label = z.record(
  z.string().regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?$/),
  z.string().regex(/^([a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?)?$/),
)

export const bodies = {
  createServer: z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?$/),
    server_type: z.union([z.string(), z.number().int()]),
    image: z.union([z.string(), z.number().int()]),
    location: z.string().optional(),
    ssh_keys: z.array(z.union([z.string(), z.number().int()])).optional(),
    user_data: z
      .string()
      .refine((text) => Buffer.byteLength(text) <= 32_768, { error: 'must be at most 32768 bytes' })
      .optional(),
    labels: label.optional(),
    start_after_create: z.boolean().optional(),
    public_net: z.strictObject({ enable_ipv4: z.boolean(), enable_ipv6: z.boolean() }).optional(),
  }),
  createKey: z.strictObject({
    name: z.string().min(1).max(255),
    public_key: z.string().regex(/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/=]+( .*)?$/),
    labels: label.optional(),
  }),
} as const

/** What there is to be had. */
export const offered = {
  types: { cx22: 3, cpx31: 5, cax11: 7 } as Record<string, number>,
  images: ['debian-12', 'debian-13', 'ubuntu-24.04'] as string[],
  locations: ['fsn1', 'nbg1', 'hel1', 'ash'] as string[],
}

/** A server as the stand-in keeps it. */
export interface StandInServer {
  id: number
  name: string
  status: 'initializing' | 'starting' | 'running' | 'stopping' | 'off' | 'deleting'
  type: string
  image: string
  location: string
  labels: Record<string, string>
  userData: string
  keys: number[]
  address?: string | undefined
}

/** An action as the stand-in keeps it. */
export interface StandInAction {
  id: number
  command: string
  server: number
  /** Looks until it is done. */
  looks: number
  error: { code: string; message: string } | null
  done: boolean
}

/** A server in the form of the API. */
export function serverDocument({ id, name, status, type, image, location, labels, address }: StandInServer) {
  return {
    id,
    name,
    status,
    created: '2026-01-01T00:00:00+00:00',
    public_net: {
      ipv4: { id: id * 10, ip: address ?? `203.0.113.${id % 250}`, blocked: false, dns_ptr: `${id}.example.net` },
      ipv6: { id: id * 10 + 1, ip: `2001:db8:${id}::/64`, blocked: false, dns_ptr: [] },
      floating_ips: [],
      firewalls: [],
    },
    private_net: [],
    server_type: { id: offered.types[type] ?? 0, name: type, cores: 2, memory: 4, disk: 40, architecture: 'x86' },
    location: { id: 1, name: location, country: 'DE', city: 'Falkenstein', network_zone: 'eu-central' },
    image: { id: 67, type: 'system', name: image, os_flavor: 'debian' },
    iso: null,
    rescue_enabled: false,
    locked: false,
    backup_window: null,
    protection: { delete: false, rebuild: false },
    labels,
    volumes: [],
    load_balancers: [],
  }
}

/** An action in the form of the API. */
export function actionDocument({ id, command, server, error, done }: StandInAction) {
  return {
    id,
    command,
    status: !done ? 'running' : error === null ? 'success' : 'error',
    progress: done ? 100 : 0,
    started: '2026-01-01T00:00:00+00:00',
    finished: done ? '2026-01-01T00:00:01+00:00' : null,
    resources: [{ id: server, type: 'server' }],
    error: done ? error : null,
  }
}
