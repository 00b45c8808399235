import ipaddr from 'ipaddr.js'
import * as z from 'zod'
import type { ListenSetting, Settings } from './model.ts'

const pool = z.string().refine((text) => ipaddr.IPv4.isValidCIDR(text) && Number(text.split('/')[1]) <= 24, {
  error: 'expected an IPv4 network of /24 or larger, such as 10.224.0.0/16',
})
const suffix = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, { error: 'expected a domain such as test or dev.internal' })
const listen = z.string().regex(/^127\.\d+\.\d+\.\d+:\d{1,5}$/, {
  error: 'expected a loopback address and port, such as 127.0.0.1:7080: names and the proxy are for this machine alone',
})

/** `config.toml` of the state directory. */
export const settingsSchema = z.strictObject({
  network: z
    .strictObject({
      pool: pool.optional().meta({ description: 'Network every env gets its block from. Default: 10.224.0.0/16.' }),
      suffix: suffix.optional().meta({ description: 'Domain of the names. Default: test.' }),
    })
    .optional(),
  dns: z.strictObject({ listen: listen.optional().meta({ description: 'Default: 127.0.0.1:5354.' }) }).optional(),
  proxy: z.strictObject({ listen: listen.optional().meta({ description: 'Default: 127.0.0.1:7080.' }) }).optional(),
  engine: z
    .strictObject({
      host: z
        .string()
        .regex(/^(unix|tcp):\/\//, { error: 'expected unix:///path or tcp://host:port' })
        .optional()
        .meta({ description: 'The container engine. Default: DOCKER_HOST, then the docker context.' }),
    })
    .optional(),
  shared: z
    .strictObject({
      grace_seconds: z.number().int().min(0).optional().meta({
        description: 'Seconds a shared service outlives the last env that uses it. Default: 600.',
      }),
    })
    .optional(),
})

/** The document with every default filled in. */
export function resolveSettings(document: z.infer<typeof settingsSchema>): Settings {
  return {
    network: { pool: document.network?.pool ?? '10.224.0.0/16', suffix: document.network?.suffix ?? 'test' },
    dns: parseListen(document.dns?.listen ?? '127.0.0.1:5354'),
    proxy: parseListen(document.proxy?.listen ?? '127.0.0.1:7080'),
    engine: { host: document.engine?.host ?? null },
    shared: { graceSeconds: document.shared?.grace_seconds ?? 600 },
  }
}

function parseListen(text: string): ListenSetting {
  const [address = '', port = ''] = text.split(':')
  return { address, port: Number(port) }
}
