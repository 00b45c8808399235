import ipaddr from 'ipaddr.js'
import * as z from 'zod'
import { parseSize } from '../../lib/size.ts'
import { ingressSchema, parseListen, resolveIngress } from './ingress-schema.ts'
import type { Settings } from './model.ts'

const pool = z.string().refine((text) => ipaddr.IPv4.isValidCIDR(text) && Number(text.split('/')[1]) <= 24, {
  error: 'expected an IPv4 network of /24 or larger, such as 10.224.0.0/16',
})
const range = z.string().refine((text) => ipaddr.IPv4.isValidCIDR(text) && isPrivate(text), {
  error: 'expected a private IPv4 network, such as 10.224.0.0/11',
})
const suffix = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, { error: 'expected a domain such as test or dev.internal' })
const listen = z.string().regex(/^127\.\d+\.\d+\.\d+:\d{1,5}$/, {
  error: 'expected a loopback address and port, such as 127.0.0.1:7080: names and the proxy are for this machine alone',
})

/** Only this machine may be told a token in the clear. */
const endpoint = z.string().regex(/^(https:\/\/\S+|http:\/\/(127\.\d+\.\d+\.\d+|localhost)(:\d+)?(\/\S*)?)$/, {
  error: 'expected https://…: a token goes there',
})
const size = z
  .string()
  .refine((text) => parseSize(text) !== undefined, { error: 'expected a size such as 512m or 16g' })
const anyAddress = z.string().regex(/^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):\d{1,5}$/, {
  error: 'expected an address of this machine and a port, such as 192.168.1.10:7443 or [::]:7443',
})

/** `config.toml` of the state directory. */
export const settingsSchema = z.strictObject({
  network: z
    .strictObject({
      pool: pool.optional().meta({ description: 'Network every env gets its block from. Default: 10.224.0.0/16.' }),
      machines: range.optional().meta({
        description:
          'Network that envs of other machines may have addresses of, where a tunnel leads to them. Default: 10.224.0.0/11.',
      }),
      tunnels: range.optional().meta({ description: 'Network of the tunnels themselves. Default: 10.223.0.0/16.' }),
      tunnel_port: z.number().int().min(1).max(65_535).optional().meta({
        description: 'UDP port on which this machine takes tunnels, or the next that is free. Default: 51820.',
      }),
      suffix: suffix.optional().meta({ description: 'Domain of the names. Default: test.' }),
    })
    .optional(),
  dns: z.strictObject({ listen: listen.optional().meta({ description: 'Default: 127.0.0.1:5354.' }) }).optional(),
  proxy: z.strictObject({ listen: listen.optional().meta({ description: 'Default: 127.0.0.1:7080.' }) }).optional(),
  api: z
    .strictObject({
      listen: anyAddress
        .optional()
        .meta({ description: 'Serves the API over TLS to holders of tokens. Default: nowhere.' }),
    })
    .optional(),
  webhook: z
    .strictObject({
      listen: anyAddress.optional().meta({ description: 'Where webhooks of git hosts are taken. Default: nowhere.' }),
      allow: z
        .array(
          z.string().refine((text) => ipaddr.isValidCIDR(text), { error: 'expected a network such as 192.0.2.0/24' }),
        )
        .optional()
        .meta({ description: 'Networks they may come from. Default: everywhere.' }),
    })
    .optional(),
  hetzner: z
    .strictObject({
      endpoint: endpoint
        .optional()
        .meta({ description: 'Where the Hetzner Cloud API is. Default: https://api.hetzner.cloud/v1.' }),
    })
    .optional(),
  engine: z
    .strictObject({
      host: z
        .string()
        .regex(/^(unix|tcp):\/\//, { error: 'expected unix:///path or tcp://host:port' })
        .optional()
        .meta({ description: 'The container engine. Default: DOCKER_HOST, then the docker context.' }),
    })
    .optional(),
  quota: z
    .strictObject({
      envs: z.number().int().min(0).optional().meta({ description: 'Envs at most. Default: no limit.' }),
      cpus: z.number().positive().optional().meta({ description: 'CPUs of all envs together. Default: no limit.' }),
      memory: size.optional().meta({ description: 'Memory of all envs together, such as 16g. Default: no limit.' }),
      disk: size.optional().meta({ description: 'Disk of all envs together, such as 100g. Default: no limit.' }),
    })
    .optional(),
  shared: z
    .strictObject({
      grace_seconds: z.number().int().min(0).optional().meta({
        description: 'Seconds a shared service outlives the last env that uses it. Default: 600.',
      }),
    })
    .optional(),
  ingress: ingressSchema.optional(),
})

/** The document with every default filled in; `moved` is where envs get their addresses if it does not say. */
export function resolveSettings(document: z.infer<typeof settingsSchema>, moved?: string): Settings {
  return {
    network: resolveNetwork(document.network ?? {}, moved),
    dns: parseListen(document.dns?.listen ?? '127.0.0.1:5354'),
    proxy: parseListen(document.proxy?.listen ?? '127.0.0.1:7080'),
    api: document.api?.listen === undefined ? null : parseListen(document.api.listen),
    webhook:
      document.webhook?.listen === undefined
        ? null
        : { listen: parseListen(document.webhook.listen), allow: document.webhook.allow ?? [] },
    hetzner: { endpoint: document.hetzner?.endpoint ?? 'https://api.hetzner.cloud/v1' },
    engine: { host: document.engine?.host ?? null },
    quota: {
      envs: document.quota?.envs ?? null,
      cpus: document.quota?.cpus ?? null,
      memoryBytes: parseSize(document.quota?.memory ?? '') ?? null,
      diskBytes: parseSize(document.quota?.disk ?? '') ?? null,
    },
    shared: { graceSeconds: document.shared?.grace_seconds ?? 600 },
    ingress: resolveIngress(document.ingress),
  }
}

function resolveNetwork(
  network: NonNullable<z.infer<typeof settingsSchema>['network']>,
  moved: string | undefined,
): Settings['network'] {
  return {
    pool: network.pool ?? (pool.safeParse(moved).success ? moved : undefined) ?? '10.224.0.0/16',
    suffix: network.suffix ?? 'test',
    machines: network.machines ?? '10.224.0.0/11',
    tunnels: network.tunnels ?? '10.223.0.0/16',
    tunnelPort: network.tunnel_port ?? 51_820,
  }
}

/** A network somebody may use as they please (RFC 1918, RFC 6598): another one would take the way to the Internet. */
function isPrivate(cidr: string): boolean {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr)
  return ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']
    .map((text) => ipaddr.IPv4.parseCIDR(text))
    .some(([base, shortest]) => prefix >= shortest && address.match([base, shortest]))
}
