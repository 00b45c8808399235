import * as z from 'zod'
import { route } from '../route.ts'
import { terminalCommand } from '../schemas.ts'

const name = z.string().max(253)
const context = z.string().max(40).default('default')
const by = z.string().max(200).default('berth').describe('user@host of who asks')

const timeoutSeconds = z
  .number()
  .positive()
  .max(7 * 86_400)
  .default(86_400)

const run = z.object({
  id: z.string(),
  job: z.string().nullable().describe('null: a single command'),
  service: z.string(),
  trigger: z.enum(['schedule', 'hand']),
  state: z.enum(['running', 'done', 'failed', 'missed', 'skipped', 'lost']),
  scheduledFor: z.string().nullable(),
  startedBy: z.string(),
  startedAt: z.string().describe('ISO 8601, UTC'),
  endedAt: z.string().nullable(),
  exitCode: z.number().int().nullable(),
})

const job = z.object({
  app: z.string(),
  name: z.string(),
  service: z.string(),
  command: z.array(z.string()).nullable().describe("null: the service's own"),
  schedule: z.string(),
  missed: z.enum(['skip', 'run']),
  timeoutSeconds: z.number(),
  next: z.string().nullable().describe('ISO 8601, UTC'),
  last: run.pick({ id: true, state: true, startedAt: true, exitCode: true }).nullable(),
})

const size = z.number().int().min(1).max(10_000)
const terminalSize = z.object({ columns: size, rows: size }).optional().describe('the size its terminal begins with')

/** Programs that run in apps: by the clock, or once. */
export const jobRoutes = {
  'job.list': route({
    summary: 'Jobs of an app, or of all apps of this machine.',
    kind: 'call',
    access: 'read',
    input: z.object({ context, app: name.optional() }),
    output: z.object({ jobs: z.array(job) }),
  }),
  'job.run': route({
    summary: 'Run a program in an app now: a job of its own, or a command with the image and secrets of a service.',
    kind: 'operation',
    access: 'operate',
    // a command of the caller's own
    programs: true,
    input: z.object({
      context,
      app: name,
      job: z.string().max(60).optional(),
      service: name.optional().describe('of a command; the one that takes the requests when absent'),
      command: z.array(z.string().max(100_000)).max(10_000).optional(),
      timeoutSeconds,
      by,
    }),
    output: z.object({ run }),
  }),
  'job.open': route({
    summary: 'Prepare a command in an app that has the caller’s terminal or input; answers what the caller then runs.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({
      context,
      app: name,
      service: name.optional().describe('the one that takes the requests when absent'),
      command: z.array(z.string().max(100_000)).min(1).max(10_000),
      tty: z.boolean(),
      by,
    }),
    output: z.object({ run, command: terminalCommand }),
  }),
  'job.attend': route({
    summary: 'See a command that was opened to its end; ends it when this is cancelled.',
    kind: 'operation',
    access: 'operate',
    input: z.object({ context, app: name, run: z.string().max(20), terminal: terminalSize, timeoutSeconds }),
    output: z.object({ run }),
  }),
  'job.runs': route({
    summary: 'Runs of the jobs of an app, the newest first.',
    kind: 'call',
    access: 'read',
    input: z.object({ context, app: name, job: z.string().max(60).optional() }),
    output: z.object({ runs: z.array(run) }),
  }),
  'job.log': route({
    summary: 'What a run wrote: the last one of a job, or one by its id.',
    kind: 'call',
    access: 'read',
    input: z.object({ context, app: name, job: z.string().max(60).optional(), run: z.string().max(20).optional() }),
    output: z.object({ run, text: z.string() }),
  }),
} as const
