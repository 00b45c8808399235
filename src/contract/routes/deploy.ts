import * as z from 'zod'
import { strategies } from '../../core/deploy/model.ts'
import { route } from '../route.ts'
import { domainRoutes } from './domain.ts'

const name = z.string().max(253)
const by = z.string().max(200).describe('user@host of who asks')
const breakLock = z.boolean().default(false).describe('take over from somebody whose deploy is known to be dead')
const context = z.string().max(40).default('default')

/** How a release is brought in. */
const how = {
  wait: z.boolean().default(false).describe('answer once it has been watched for its time'),
  watchSeconds: z.number().min(0).max(3600).optional().describe('how long it is watched; as [deploy] bake when absent'),
  share: z.number().int().min(1).max(99).nullable().default(null).describe('percent of the requests it gets first'),
}

/** A release as it travels; its inner form is checked by what reads it. */
const bundle = z.looseObject({
  format: z.literal(1),
  app: name,
  model: z.looseObject({ services: z.record(z.string(), z.looseObject({})) }),
  secrets: z.array(z.string()),
  services: z.array(
    z.object({ service: z.string(), mode: z.enum(['beside', 'in-place']), reason: z.string().nullable() }),
  ),
  entrance: z.object({ service: z.string(), port: z.number().int() }).nullable(),
  trees: z.array(
    z.object({
      source: z.string(),
      hash: z.string().regex(/^[0-9a-f]{16}$/),
      files: z.array(z.object({ path: z.string(), mode: z.number().int().min(0).max(0o777), base64: z.string() })),
    }),
  ),
  images: z.record(z.string(), z.object({ id: z.string(), reference: z.string() })),
  settings: z.looseObject({
    domains: z.array(z.string()),
    drainSeconds: z.number(),
    bakeSeconds: z.number().default(15),
    retention: z.number(),
    strategy: z.enum(strategies).default('serial'),
    maxParallel: z.number().int().nullable().default(null),
    canary: z.object({ share: z.number().int().nullable(), errors: z.number() }).default({ share: null, errors: 5 }),
  }),
})

const deploymentView = z.object({
  id: z.string(),
  release: z.string(),
  number: z
    .number()
    .int()
    .nullable()
    .describe('of the release, counted from 1 on this machine; null once that is not kept any more'),
  state: z.enum(['starting', 'live', 'failed', 'replaced']),
  startedBy: z.string(),
  startedAt: z.string().describe('ISO 8601, UTC'),
  endedAt: z.string().nullable(),
  error: z
    .object({ code: z.string(), message: z.string(), stage: z.string().optional(), hint: z.string().optional() })
    .nullable(),
})

const serviceView = z.object({
  service: z.string(),
  mode: z.enum(['beside', 'in-place']).describe('how it is replaced'),
  state: z.string(),
  health: z.string(),
  containers: z.number().int(),
})

const appView = z.object({
  name: z.string(),
  context: z.string(),
  release: z.string().nullable().describe('the one that takes the requests'),
  number: z.number().int().nullable(),
  state: z.enum(['ok', 'degraded', 'down', 'never-deployed']),
  urls: z.array(z.string()),
  services: z.array(serviceView),
  lockedBy: z.string().nullable(),
})

const outcome = z.object({
  app: appView,
  deployment: deploymentView,
  unchanged: z.boolean().describe('the same release ran already'),
})

const releaseView = z.object({
  id: z.string(),
  number: z.number().int(),
  createdBy: z.string(),
  createdAt: z.string(),
  live: z.boolean(),
})

/** Apps in production. */
export const deployRoutes = {
  ...domainRoutes,
  'deploy.bundle': route({
    summary: 'Make a release of a project: build its images here, take up the files its containers read.',
    kind: 'operation',
    access: 'operate',
    // a compose file of the caller's own: it can mount anything
    programs: true,
    input: z.object({
      directory: z.string().max(4096).describe('absolute path in the project'),
      app: name.optional(),
      variables: z.record(z.string(), z.string()).default({}),
      allowPlaintext: z.boolean().default(false).describe('take secrets that are written in the compose file'),
      context,
      identity: z.string().max(100_000).nullable().default(null).describe("private keys from the caller's environment"),
    }),
    output: z.object({
      id: z.string(),
      bundle,
      secrets: z.record(z.string(), z.string()).describe('values; they are in no bundle'),
      firstUse: z.array(z.string()).describe('vaults that were used for the first time'),
    }),
  }),
  'deploy.run': route({
    summary: 'Bring a release into production on this machine without losing a request.',
    kind: 'operation',
    access: 'operate',
    // a compose file of the caller's own: it can mount anything
    programs: true,
    input: z.object({
      context,
      bundle,
      secrets: z.record(z.string(), z.string()),
      by,
      breakLock,
      facts: z
        .object({ machine: name.describe('what the caller calls this machine'), strategy: z.string().max(40) })
        .default({ machine: 'local', strategy: 'serial' })
        .describe('values of ${BERTH_MACHINE} and ${BERTH_STRATEGY}'),
      ...how,
    }),
    output: outcome,
  }),
  'deploy.rollback': route({
    summary: 'Bring an earlier release into production again.',
    kind: 'operation',
    access: 'operate',
    input: z.object({
      context,
      app: name,
      to: z.string().optional().describe('release id or number; the one before when absent'),
      by,
      breakLock,
      ...how,
    }),
    output: outcome,
  }),
  'image.wanted': route({
    summary: 'Which images this machine has not, and what it has of their layers.',
    kind: 'call',
    access: 'operate',
    input: z.object({ ids: z.array(z.string()) }),
    output: z.object({
      missing: z.array(z.string()),
      layers: z.array(z.array(z.string())).describe('diff ids of each image here, from the bottom'),
      incoming: z.string().describe('absolute path of the directory that archives are sent to'),
    }),
  }),
  'image.load': route({
    summary: 'Take an archive of images that was sent to `incoming`; the file is removed.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({ name: z.string().regex(/^[0-9a-f]{16}\.tar$/) }),
    output: z.object({}),
  }),
  'image.send': route({
    summary: 'Send images of this machine to another one: only what it has not.',
    kind: 'operation',
    access: 'operate',
    programs: true,
    input: z.object({
      context,
      machine: name,
      agent: z.string().max(4096).optional(),
      images: z.array(z.object({ id: z.string(), reference: z.string() })),
    }),
    output: z.object({ sent: z.array(z.string()), bytes: z.number() }),
  }),
  'app.list': route({
    summary: 'All apps of this machine.',
    kind: 'call',
    access: 'read',
    input: z.object({ context }),
    output: z.object({ apps: z.array(appView) }),
  }),
  'app.status': route({
    summary: 'One app, whole, with its last deployments.',
    kind: 'call',
    access: 'read',
    input: z.object({ context, app: name }),
    output: z.object({ app: appView, deployments: z.array(deploymentView) }),
  }),
  'app.releases': route({
    summary: 'Releases of an app that this machine keeps, the newest first.',
    kind: 'call',
    access: 'read',
    input: z.object({ context, app: name }),
    output: z.object({ releases: z.array(releaseView) }),
  }),
  'app.remove': route({
    summary: 'Take an app out of production; with volumes its data goes as well.',
    kind: 'operation',
    access: 'operate',
    input: z.object({ context, app: name, volumes: z.boolean().default(false) }),
    output: z.object({ app: z.string(), volumesKept: z.array(z.string()) }),
  }),
} as const
