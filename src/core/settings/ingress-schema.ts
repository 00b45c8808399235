import * as z from 'zod'
import type { AcmeSettings, IngressSetting, ListenSetting } from './model.ts'

const proxyImages = { traefik: 'traefik:v3.6', caddy: 'caddy:2' } as const

/** Directories of Let's Encrypt, the one whose certificates browsers trust and the one to try things with. */
const letsEncrypt = {
  production: 'https://acme-v02.api.letsencrypt.org/directory',
  staging: 'https://acme-staging-v02.api.letsencrypt.org/directory',
} as const

const address = z.string().regex(/^\d+\.\d+\.\d+\.\d+:\d{1,5}$/, {
  error: 'expected an address and port, such as 0.0.0.0:80',
})

const acme = z
  .strictObject({
    email: z
      .string()
      .regex(/^[^\s@:?,]+@[^\s@:?,]+$/, { error: 'expected an address such as ops@example.com' })
      .optional()
      .meta({ description: 'Told by the CA of certificates that run out. Default: nobody.' }),
    directory: z
      .string()
      .regex(/^https:\/\/[^\s"']+$/, { error: 'expected https://…, the directory of an ACME server' })
      .optional()
      .meta({ description: 'The CA: URL of its ACME directory. Default: Let’s Encrypt.' }),
    staging: z.boolean().optional().meta({
      description: 'Let’s Encrypt’s staging CA: not trusted by browsers, but generous with tries. Default: false.',
    }),
    ca_file: z.string().startsWith('/').optional().meta({
      description: 'The one root that the CA’s own certificate is checked against, in PEM. Default: the system’s.',
    }),
    challenge: z.enum(['http-01', 'dns-01']).optional().meta({
      description: 'How a domain is shown to be ours; wildcards need dns-01. Default: http-01.',
    }),
    dns_hook: z.array(z.string().min(1)).min(1).optional().meta({
      description: 'For dns-01: a program and its arguments; `present NAME. VALUE` or `cleanup NAME. VALUE` is added.',
    }),
  })
  .refine(({ staging, directory }) => staging !== true || directory === undefined, {
    path: ['staging'],
    error: 'staging and directory both name a CA: leave one out',
  })
  .refine(({ challenge, dns_hook: hook }) => challenge !== 'dns-01' || hook !== undefined, {
    path: ['challenge'],
    error: 'dns-01 needs dns_hook, a program that sets a TXT record',
  })

/** `[ingress]` of config.toml. */
export const ingressSchema = z.strictObject({
  proxy: z
    .enum(['traefik', 'caddy'])
    .optional()
    .meta({ description: 'The proxy in front of the apps. Default: traefik.' }),
  image: z.string().min(1).optional().meta({ description: 'Its image. Default: traefik:v3.6 or caddy:2.' }),
  listen: address.optional().meta({ description: 'Where it takes requests. Default: 0.0.0.0:80.' }),
  tls_listen: address.optional().meta({ description: 'Where it takes them over TLS. Default: 0.0.0.0:443.' }),
  hsts: z.number().int().min(0).optional().meta({
    description: 'Seconds for which browsers use TLS alone (Strict-Transport-Security). Default: not said.',
  }),
  drain: z.number().int().min(0).max(3600).optional().meta({
    description: 'Seconds a proxy goes on for its connections once another took over from it. Default: 30.',
  }),
  acme: acme.optional().meta({
    description: 'Certificates for the domains of the apps. To have this table is to agree to the terms of the CA.',
  }),
})

/** The table with every default filled in. */
export function resolveIngress(table: z.output<typeof ingressSchema> = {}): IngressSetting {
  const { proxy = 'traefik', image = proxyImages[proxy], listen = '0.0.0.0:80', acme: issuing } = table
  const tls = {
    ...parseListen(table.tls_listen ?? '0.0.0.0:443'),
    hstsSeconds: table.hsts ?? null,
    acme: issuing && resolveAcme(issuing),
  }
  return {
    proxy,
    image,
    ...parseListen(listen),
    drainSeconds: table.drain ?? 30,
    tls: tls.acme ? { ...tls, acme: tls.acme } : null,
  }
}

function resolveAcme(table: z.output<typeof acme>): AcmeSettings {
  return {
    email: table.email ?? null,
    staging: table.staging ?? false,
    directory: table.directory ?? letsEncrypt[table.staging ? 'staging' : 'production'],
    caFile: table.ca_file ?? null,
    challenge: table.challenge ?? 'http-01',
    dnsHook: table.dns_hook ?? [],
  }
}

/** An address and a port as they are written, `0.0.0.0:80` or `[::]:80`. */
export function parseListen(text: string): ListenSetting {
  const colon = text.lastIndexOf(':')
  return { address: text.slice(0, colon).replaceAll(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) }
}
