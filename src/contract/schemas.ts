import * as z from 'zod'

/** Text a person typed as a name; the use case judges it, so that the error can say what is wrong. */
const typedName = z.string().max(1000)

/** The copy of the project a caller on another machine stands in. */
export const callersMirror = z
  .object({
    key: z
      .string()
      .max(100)
      .regex(/^[\w-]+$/),
    prefix: z.string().max(4096),
    identity: z.array(z.string().max(1000)).max(1000).describe('what copies of its repository have in common'),
  })
  .describe('copy of the project the caller stands in on a machine of its own')

/** Which env is meant: by name, with the project or with a directory inside it. */
export const envRef = z.object({
  name: typedName.describe('env name, or project/env'),
  project: typedName.optional().describe('project name, where the directory does not say'),
  directory: z.string().max(4096).optional().describe('absolute path the caller stands in'),
  standing: typedName.optional().describe('project the caller stands in on a machine of its own'),
  mirror: callersMirror.optional(),
})

export const envSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('directory'), directory: z.string() }),
  z.object({ kind: z.literal('ref'), directory: z.string(), ref: z.string() }),
  z.object({ kind: z.literal('empty') }),
])

/** What a missing env is made from. */
export const createIfMissing = z.object({
  source: envSource,
  composeFiles: z.array(z.string()).default([]).describe('relative to the source directory'),
  shared: z.array(z.string()).default([]).describe('services taken from an instance shared between envs'),
})

/** A session as every list shows it. */
export const sessionView = z.object({
  id: z.string(),
  envId: z.string(),
  project: z.string(),
  env: z.string(),
  name: z.string(),
  agent: z.string().nullable(),
  argv: z.array(z.string()),
  state: z.enum(['running', 'exited', 'lost']).describe('lost: the machine went down under it'),
  exitCode: z.number().int().nullable(),
  attached: z.number().int().describe('terminals that show it now'),
  startedAt: z.string().describe('ISO 8601, UTC'),
  logFile: z.string(),
  exitFile: z.string(),
})

export const serviceStatus = z.object({
  service: z.string(),
  state: z.enum(['missing', 'created', 'running', 'paused', 'restarting', 'exited', 'dead', 'shared']),
  health: z.enum(['none', 'starting', 'healthy', 'unhealthy']),
  exitCode: z.number().int().nullable(),
  ended: z
    .enum(['done', 'stopped'])
    .nullable()
    .describe('why it has ended: its work is done, or it was stopped by hand'),
  containers: z.number().int(),
  addresses: z.array(z.string()).describe('IPv4, first replica first'),
  ports: z.array(z.number().int()).describe('container ports (TCP), the one for HTTP first'),
})

export const finding = z.object({
  kind: z.string(),
  subject: z.string().describe('service, network or volume'),
  value: z.string(),
  meaning: z.string(),
})

export const envState = z.enum(['creating', 'down', 'up', 'partial', 'broken', 'destroying', 'missing-workspace'])

/** An env as every list and status shows it. */
export const envView = z.object({
  id: z.string(),
  project: z.string(),
  name: z.string(),
  state: envState,
  desired: z.enum(['up', 'down']),
  workspace: z.string().describe('absolute path'),
  directory: z.string().describe('absolute path of the project in it: the workspace itself, or a directory below'),
  branch: z.string().nullable(),
  subnet: z.string().describe('CIDR'),
  composeProject: z.string(),
  copyMethod: z.string(),
  url: z.string().nullable().describe('where its ingress service answers without root, or null without one'),
  services: z.array(serviceStatus),
  shared: z.array(z.string()),
  serves: z.string().nullable().describe('the service it is the shared instance of'),
  sessions: z.number().int().describe('running ones'),
  createdAt: z.string().describe('ISO 8601, UTC'),
})

/** One service of one env, and how it is reached. */
export const serviceName = z.object({
  project: z.string(),
  env: z.string(),
  service: z.string(),
  ingress: z.boolean().describe("whether the env's own name leads here too"),
  name: z.string().describe('reaches the container itself, on its own port'),
  proxyName: z.string().describe('reaches it through the proxy, HTTP only'),
  addresses: z.array(z.string()).describe('IPv4, first replica first; none while it does not run'),
  ports: z.array(z.number().int()).describe('TCP, the one for HTTP first'),
  url: z.string().nullable().describe('what works on this machine now, or null where nothing listens'),
})

/** A program for the caller's own terminal to run: argument list, directory, environment to add. */
export const terminalCommand = z.object({
  argv: z.array(z.string()).min(1),
  directory: z.string().nullable(),
  env: z.record(z.string(), z.string()),
})

export const nothing = z.object({})
