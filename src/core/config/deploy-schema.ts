import * as z from 'zod'
import { readDomain } from '../../lib/domain.ts'
import { strategies } from '../deploy/model.ts'

const domain = z.string().refine((text) => readDomain(text) === text, {
  error: ({ input }) => {
    const meant = readDomain(String(input))
    return `expected a host name in lower case, such as ${meant ?? 'shop.example.com, or *.example.com'}`
  },
})

const job = z.strictObject({
  schedule: z.string().min(1).meta({
    description: 'When it runs: a cron expression of five fields (six with seconds), in the machine’s own time.',
  }),
  service: z.string().min(1).optional().meta({
    description: 'Service whose image, networks, volumes and secrets it has. Default: the one of the job’s name.',
  }),
  command: z
    .union([z.string().min(1), z.array(z.string()).min(1)], { error: 'expected a string or a list of strings' })
    .optional()
    .meta({ description: 'What runs: a list as it is, a string by sh. Default: the service’s own command.' }),
  missed: z.enum(['skip', 'run']).optional().meta({
    description:
      'What becomes of a time at which the machine did not run: nothing, or one run as soon as it does. Default: skip.',
  }),
  timeout: z.number().positive().optional().meta({ description: 'Seconds after which it is ended. Default: 3600.' }),
})

const addon = z.strictObject({
  pack: z.enum(['postgres', 'mysql', 'redis', 'nats', 'minio', 'backup']).meta({ description: 'What it is.' }),
  image: z.string().min(1).optional().meta({ description: 'Image in place of the usual one.' }),
  schedule: z.string().min(1).optional().meta({
    description: 'Of backup: when all others are dumped, as a cron expression. Default: 0 3 * * *.',
  }),
  keep: z.number().int().min(1).optional().meta({ description: 'Of backup: how many dumps of each stay. Default: 7.' }),
  dump: z.boolean().optional().meta({
    description: 'Whether its data is dumped; nats and minio are stopped for it. Default: true.',
  }),
})

/** `[deploy]` of berth.toml. */
export const deploySchema = z.strictObject({
  app: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, { error: 'expected a name of a-z, 0-9 and - (at most 40)' })
    .optional()
    .meta({ description: 'Name of the app. Default: the project’s.' }),
  ingress: z.string().min(1).optional().meta({
    description: 'Service that takes the requests. Default: as for an env.',
  }),
  domains: z.array(domain).optional().meta({ description: 'Host names of the app. Default: <app>.localhost.' }),
  health: z
    .strictObject({
      kind: z
        .enum(['http', 'tcp', 'command'])
        .optional()
        .meta({ description: 'Default: http; command where one is given.' }),
      command: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .meta({ description: 'Program and arguments, run in each new container until it ends with 0.' }),
      path: z
        .string()
        .startsWith('/')
        .optional()
        .meta({ description: 'Default: /, which may answer with any status below 500; any other path below 400.' }),
      port: z
        .number()
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .meta({ description: 'Asked for health. Default: the first the service declares, where requests go.' }),
      timeout: z.number().positive().optional().meta({ description: 'Seconds until it must be ready. Default: 60.' }),
    })
    .refine(({ kind, command }) => kind === undefined || (kind === 'command') === (command !== undefined), {
      path: ['command'],
      error: 'kind = "command" and command belong together',
    })
    .optional()
    .meta({ description: 'How a new container is known to be ready where the compose file has no healthcheck.' }),
  jobs: z
    .record(
      z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, { error: 'expected a name of a-z, 0-9 and - (at most 40)' }),
      job,
    )
    .optional()
    .meta({
      description: 'Programs that run by the clock, by name. The label berth.schedule makes a service one, too.',
    }),
  addons: z
    .record(
      z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, { error: 'expected a name of a-z, 0-9 and - (at most 40)' }),
      addon,
    )
    .optional()
    .meta({
      description: 'Servers that come with the app, by name; berth app addon adds more. What stands here counts.',
    }),
  drain: z.number().min(0).optional().meta({
    description:
      'Seconds the old version goes on beside the new one, which it takes over from again if that dies. Default: 10.',
  }),
  bake: z.number().min(0).max(3600).optional().meta({
    description:
      'Seconds a new version is watched once it takes requests; should it die meanwhile, the one before takes them again. Default: 15.',
  }),
  strategy: z.enum(strategies).optional().meta({
    description: 'How several machines follow each other. Default: serial.',
  }),
  parallel: z.number().int().min(1).optional().meta({ description: 'As --max-parallel.' }),
  canary: z
    .strictObject({
      share: z.number().int().min(1).max(99).optional().meta({
        description: 'Percent of the requests the canary gets while it is watched. Default: all.',
      }),
      errors: z.number().min(0).max(100).optional().meta({
        description: 'Percent of its requests that may fail before it goes back. Default: 5.',
      }),
    })
    .optional()
    .meta({ description: 'How a canary is tried.' }),
  retention: z
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Releases that are kept on each machine. Default: 5.' }),
})

/** The table as it is written. */
export type DeployDocument = z.output<typeof deploySchema>
