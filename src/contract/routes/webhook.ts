import * as z from 'zod'
import { strategies } from '../../core/deploy/model.ts'
import { providers } from '../../core/webhooks/model.ts'
import { route } from '../route.ts'

const id = z.string().max(100).describe("a webhook's id, or its app where that has one alone")

const strategy = z.enum(strategies)

const delivery = z.object({
  id: z.string(),
  at: z.string().describe('ISO 8601, UTC'),
  event: z.string().describe('`push`, `pull request 7`, `ping`'),
  commit: z.string().nullable(),
  result: z.enum(['waiting', 'done', 'failed', 'ignored']),
  message: z.string(),
})

/** A webhook as every list shows it: never its secret. */
const webhookView = z.object({
  id: z.string(),
  context: z.string(),
  provider: z.enum(providers),
  repository: z.string(),
  branch: z.string(),
  app: z.string(),
  machines: z.array(z.string()).describe('empty: this one'),
  strategy: strategy.nullable(),
  source: z.string(),
  previews: z.boolean(),
  createdAt: z.string(),
  path: z.string().describe('of the address that is given to the provider: /hooks/…'),
  deliveries: z.array(delivery).describe('the newest first'),
})

const context = z.string().max(100).default('default')

/** Deploys that a push asks for. */
export const webhookRoutes = {
  'webhook.map': route({
    summary: 'Have pushes to a branch deployed; its secret is answered this once.',
    kind: 'call',
    access: 'admin',
    input: z.object({
      context,
      provider: z.enum(providers),
      repository: z.string().max(300).describe('OWNER/NAME, as the provider has it'),
      branch: z.string().max(300),
      app: z.string().max(100),
      machines: z.array(z.string().max(100)).max(100).default([]),
      strategy: strategy.nullable().default(null),
      source: z.string().max(2000).describe('where the code is fetched from'),
      previews: z.boolean().default(false).describe("an env for each pull request of the repository's own branches"),
      secret: z.string().max(500).nullable().default(null).describe('a new one is made where none is given'),
    }),
    output: z.object({ webhook: webhookView, secret: z.string(), listens: z.string().nullable() }),
  }),
  'webhook.list': route({
    summary: 'The webhooks of a context, and what came last.',
    kind: 'call',
    access: 'admin',
    input: z.object({ context }),
    output: z.object({
      webhooks: z.array(webhookView),
      listens: z.string().nullable().describe('address and port providers reach; null: nothing listens'),
    }),
  }),
  'webhook.test': route({
    summary: 'Send a signed ping to a webhook over the network, as its provider would.',
    kind: 'call',
    access: 'admin',
    input: z.object({ id }),
    output: z.object({ id: z.string(), status: z.number().int().describe('HTTP'), message: z.string() }),
  }),
  'webhook.remove': route({
    summary: 'Forget a webhook; what was deployed stays.',
    kind: 'call',
    access: 'admin',
    input: z.object({ id }),
    output: z.object({ webhook: webhookView }),
  }),
} as const
