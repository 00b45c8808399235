import * as z from 'zod'
import { route } from '../route.ts'

const app = z.string().max(253)
const context = z.string().max(40).default('default')
const domain = z.string().max(1000)

const certificateView = z.object({
  domain: z.string(),
  app: z.string(),
  state: z
    .enum(['waiting', 'ordering', 'valid', 'failing', 'stopped', 'expired'])
    .describe('failing: the next order comes by itself; stopped: none does any more'),
  issuer: z.string().nullable(),
  notAfter: z.string().nullable().describe('until when the certificate in use is valid; null: none is in use'),
  failures: z.number().int().describe('orders in a row that failed'),
  lastError: z.object({ type: z.string(), message: z.string(), at: z.string() }).nullable(),
  nextTryAt: z.string().nullable().describe('when the next order is placed; null: not by itself'),
})

const domainView = z.object({
  domain: z.string(),
  app: z.string(),
  source: z.enum(['berth.toml', 'machine', 'default']).describe('machine: app domain add'),
  url: z.string(),
  certificate: certificateView.nullable().describe('null: none is wanted for it'),
})

/** Setting up an app, the host names it answers to, and their certificates. */
export const domainRoutes = {
  'app.init': route({
    summary: 'Add a [deploy] table to berth.toml, with what the compose file shows.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({
      context,
      directory: z.string().max(4096).describe('absolute path in the project'),
      app: app.optional(),
      service: z.string().max(253).optional().describe('takes the requests; found where it is absent'),
      domains: z.array(domain).max(100).default([]),
      variables: z.record(z.string(), z.string()).default({}),
      identity: z.string().max(100_000).nullable().default(null).describe("private keys from the caller's environment"),
      dryRun: z.boolean().default(false),
    }),
    output: z.object({
      app: z.string(),
      file: z.string(),
      written: z.boolean().describe('false where there is such a table already; it is left as it is'),
      added: z.string().describe('the text of the table'),
      entrance: z.object({ service: z.string(), port: z.number().int() }).nullable(),
      services: z.array(
        z.object({ service: z.string(), mode: z.enum(['beside', 'in-place']), reason: z.string().nullable() }),
      ),
    }),
  }),
  'domain.list': route({
    summary: 'The host names that apps of this machine answer to.',
    kind: 'call',
    access: 'read',
    input: z.object({ context, app: app.optional() }),
    output: z.object({ domains: z.array(domainView) }),
  }),
  'domain.add': route({
    summary: 'Have an app answer to one more host name, on this machine.',
    kind: 'call',
    access: 'operate',
    input: z.object({ context, app, domain }),
    output: z.object({ domains: z.array(domainView) }),
  }),
  'domain.remove': route({
    summary: 'Have an app no longer answer to a host name that was added on this machine.',
    kind: 'call',
    access: 'operate',
    input: z.object({ context, app, domain }),
    output: z.object({ domains: z.array(domainView) }),
  }),
  'certificate.list': route({
    summary: 'Certificates of the domains of the apps, and orders that failed.',
    kind: 'call',
    access: 'read',
    input: z.object({ context }),
    output: z.object({ certificates: z.array(certificateView) }),
  }),
  'certificate.retry': route({
    summary: 'Order a certificate now, also where orders have stopped after failures.',
    kind: 'operation',
    access: 'operate',
    input: z.object({ context, domain }),
    output: z.object({ certificates: z.array(certificateView) }),
  }),
} as const
