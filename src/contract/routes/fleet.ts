import * as z from 'zod'
import { strategies } from '../../core/deploy/model.ts'
import { route } from '../route.ts'
import { deployRoutes } from './deploy.ts'

const { context, bundle, secrets, by, breakLock } = deployRoutes['deploy.run'].input.shape
const app = z.string().max(253)
const agent = z.string().max(4096).optional().describe("socket of the caller's SSH agent (SSH_AUTH_SOCK)")

const failure = z.object({
  code: z.string(),
  stage: z.string().nullable(),
  machine: z.string(),
  message: z.string(),
  hint: z.string(),
  details: z.record(z.string(), z.unknown()),
})

/** One machine of a deploy over several. */
export const fleetMachine = z.object({
  machine: z.string(),
  state: z.enum(['waiting', 'under-way', 'live', 'unchanged', 'failed', 'cancelled']),
  operation: z.string().describe('there'),
  number: z.number().int().nullable().describe('of the release that takes the requests there, as far as known'),
  error: failure.nullable(),
})

const strategy = z.enum(strategies)

/** What decides the order of machines. */
const order = {
  machines: z.array(z.string().max(100)).min(1).max(200),
  strategy: strategy.default('serial'),
  maxParallel: z.number().int().min(1).nullable().default(null),
  canary: z.string().max(100).nullable().default(null).describe('machine that goes first; the first one when null'),
  share: z.number().int().min(1).max(99).nullable().default(null).describe('percent of the requests a canary gets'),
  continueOnError: z.boolean().default(false),
  wait: z.boolean().default(false).describe('done once every machine was watched'),
  watchSeconds: z.number().min(0).max(3600).nullable().default(null),
}

const wave = z.object({
  machines: z.array(z.string()),
  atOnce: z.number().int(),
  gate: z.boolean().describe('the next wave waits until each was watched'),
  canary: z.boolean(),
  share: z.number().int().nullable(),
})

/** The order of machines. */
export const fleetPlan = z.object({
  strategy,
  waves: z.array(wave),
  continueOnError: z.boolean(),
  wait: z.boolean(),
  watchSeconds: z.number().nullable(),
})

const led = z.object({
  id: z.string(),
  app: z.string(),
  release: z.string(),
  strategy,
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  machines: z.array(fleetMachine),
  outcomes: z.array(deployRoutes['deploy.run'].output.extend({ machine: z.string() })),
})

/** Deploys over several machines. */
export const fleetRoutes = {
  'app.name': route({
    summary: 'What the app of a project is called.',
    kind: 'call',
    access: 'read',
    // it reads a directory of the machine
    programs: true,
    input: z.object({ directory: z.string().max(4096), app: app.optional() }),
    output: z.object({ app: z.string() }),
  }),
  'deploy.plan': route({
    summary: 'The order in which several machines would be deployed to; asks none of them.',
    kind: 'call',
    access: 'read',
    input: z.object(order),
    output: fleetPlan,
  }),
  'deploy.preflight': route({
    summary: 'What this machine says before a deploy: processor, disk, clock, the release it runs, images it has not.',
    kind: 'call',
    access: 'read',
    input: z.object({ context, app, images: z.array(z.string()) }),
    output: z.object({
      platforms: z.array(z.string()).describe('whose images run here'),
      diskFreeBytes: z.number(),
      now: z.string().describe('ISO 8601, UTC'),
      number: z.number().int().nullable(),
      lockedBy: z.string().nullable(),
      missing: z.array(z.string()),
      ingress: z.string().nullable().describe('what becomes of the ingress, where it is not as its settings say'),
    }),
  }),
  'deploy.lead': route({
    summary: 'Bring a release into production on connected machines, in an order; goes on without the caller.',
    kind: 'operation',
    access: 'operate',
    programs: true,
    input: z.object({ context, bundle, secrets, by, breakLock, agent, ...order }),
    output: led,
  }),
  'deploy.resume': route({
    summary: 'Go on with a deploy over several machines that was left off here.',
    kind: 'operation',
    access: 'operate',
    programs: true,
    input: z.object({ context, app, breakLock, agent }),
    output: led,
  }),
  'deploy.cancel': route({
    summary: 'End the deploy of an app that is led from here, or under way on this machine; what it did is undone.',
    kind: 'call',
    access: 'operate',
    input: z.object({ context, app }),
    output: z.object({ app: z.string(), cancelled: z.array(z.string()).describe('operations') }),
  }),
} as const
