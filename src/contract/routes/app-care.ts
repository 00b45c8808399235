import * as z from 'zod'
import { route } from '../route.ts'

const name = z.string().max(253)
const context = z.string().max(40).default('default')
const by = z.string().max(200).default('berth').describe('user@host of who asks')
const state = z.enum(['ok', 'missing', 'drifted', 'orphaned', 'unmanaged'])

const finding = z.object({
  kind: z.enum(['release', 'service', 'container', 'network', 'volume', 'ingress']),
  subject: z.string(),
  state,
  problem: z.string().describe('empty where nothing is wrong'),
  repair: z.string().describe('what would put it right, in words'),
  reach: z
    .enum(['safe', 'interrupts', 'by-hand'])
    .describe('safe: apply does it; interrupts: apply does it with interrupt; by-hand: nobody but a person'),
  repaired: z.boolean(),
  failure: z.string().nullable().describe('why it could not be repaired'),
})

/** Looking after apps in production. */
export const appCareRoutes = {
  'app.reconcile': route({
    summary: 'Compare an app with its live release; with apply, repair what can be without losing anything.',
    kind: 'operation',
    access: 'operate',
    input: z.object({
      context,
      app: name,
      apply: z.boolean().default(false),
      interrupt: z.boolean().default(false).describe('also what has a service not answer for a moment'),
      by,
    }),
    output: z.object({
      app: z.string(),
      release: z.string().nullable(),
      state: state.describe('of the worst, after what was repaired'),
      findings: z.array(finding),
    }),
  }),
  'app.prune': route({
    summary: 'Remove releases of an app that are not kept, their images, and what ended deployments left.',
    kind: 'operation',
    access: 'operate',
    input: z.object({ context, app: name, keep: z.number().int().min(1).optional(), by }),
    output: z.object({
      releases: z.array(z.number().int()).describe('numbers'),
      images: z.array(z.string()).describe('references'),
      projects: z.array(z.string()).describe('compose projects of deployments that had ended'),
    }),
  }),
  'app.logs': route({
    summary: "The logs of an app's live version as one, in frames; followed through deploys.",
    kind: 'bytes',
    access: 'read',
    input: z.object({
      context,
      app: name,
      services: z.array(z.string()).default([]).describe('all when empty'),
      follow: z.boolean().default(false),
      since: z.string().optional().describe('how long ago (10m), or a time (ISO 8601)'),
      until: z.string().optional(),
      tail: z.number().int().nonnegative().optional().describe('lines of each container'),
      timestamps: z.boolean().default(false).describe('start each line with its time and a space'),
    }),
    output: z
      .object({ service: z.string(), container: z.string(), replica: z.number().int() })
      .array()
      .describe('the sources, as the first frame tells them'),
  }),
} as const
