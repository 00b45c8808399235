import * as z from 'zod'
import { route } from '../route.ts'
import { callersMirror, nothing, terminalCommand } from '../schemas.ts'

const context = z.string().max(100).default('default')
const name = z.string().max(100).describe('as `berth machines` shows it')
const agent = z.string().max(4096).optional().describe("socket of the caller's SSH agent (SSH_AUTH_SOCK)")
const machineRef = { context, name }

const tunnel = z.enum(['ssh', 'wireguard', 'tailscale']).describe('how its services are to be reached')
const problem = z.object({ code: z.string(), message: z.string(), hint: z.string() })

/** The link to another machine. */
export const machineView = z.object({
  context: z.string(),
  name: z.string(),
  destination: z.string().describe('[user@]host[:port], or an alias of the ssh config'),
  tunnel,
  reach: z
    .object({
      by: tunnel,
      networks: z.array(z.string()).describe('of its envs, that are routed there'),
      problem: problem.nullable().describe('why the tunnel is not in use, or not for all of it'),
    })
    .describe('how its services are reached just now'),
  state: z.enum(['connected', 'connecting', 'unreachable']),
  problem: problem.nullable(),
  version: z.string().nullable().describe('of berthd there'),
  socket: z.string().describe('where its berthd answers on this machine'),
  labels: z.record(z.string(), z.string()),
})

const requirement = z.object({
  program: z.string(),
  version: z.string().nullable(),
  needed: z.boolean(),
  remedy: z.string().describe('empty where it is there'),
})

/** What a look at a machine showed. */
const machineFacts = z.object({
  platform: z.string(),
  arch: z.string(),
  system: z.string(),
  hostname: z.string(),
  user: z.string(),
  home: z.string().describe("absolute path of Berth's state there"),
  diskFreeBytes: z.number(),
  root: z.enum(['yes', 'sudo', 'no']),
  platforms: z.array(z.string()).describe('whose images run there, its own first'),
  requirements: z.array(requirement),
})

/** A machine, and what keeps it from being worked with or deployed to. */
export const machineCheck = z.object({
  name: z.string(),
  facts: machineFacts,
  pool: z.string().nullable().describe('where its envs get their addresses, if its berthd says'),
  findings: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string() })),
})

/** How a machine is, as its own berthd says. */
export const vitals = z.object({
  version: z.string(),
  id: z.string().describe('identity of its BERTH_HOME'),
  home: z.string(),
  socket: z.string().describe('where it listens there'),
  pool: z.string().describe('where its envs get their addresses'),
  platform: z.string(),
  arch: z.string(),
  cpus: z.number().int(),
  load: z.number().describe('average of the last minute'),
  memoryBytes: z.number(),
  memoryFreeBytes: z.number(),
  diskFreeBytes: z.number(),
  envs: z.number().int(),
  envsUp: z.number().int(),
  operations: z.number().int(),
  sessions: z.number().int().describe('that run'),
  time: z.string().describe('by its clock; ISO 8601'),
  lastChangeAt: z.string().describe('when somebody last asked for a change, or berthd started; ISO 8601'),
})

/** Other machines, and the connections to them. */
export const machineRoutes = {
  'machine.connect': route({
    summary: 'Connect this machine to another one over SSH, and keep it so.',
    kind: 'operation',
    access: 'admin',
    input: z.object({
      context,
      destination: z.string().min(1).max(300),
      name: name.optional(),
      tunnel: tunnel.optional().describe('as before unless said; at first ssh'),
      acceptHostKey: z
        .string()
        .max(200)
        .optional()
        .describe('fingerprint of a host key that is to be known from now on'),
      agent,
    }),
    output: z.object({ machine: machineView, facts: machineFacts }),
  }),
  'machine.disconnect': route({
    summary: 'Let go of a machine; what runs there goes on.',
    kind: 'operation',
    access: 'admin',
    input: z.object({ ...machineRef, purge: z.boolean().default(false).describe('remove Berth from there too') }),
    output: z.object({ name: z.string(), purged: z.boolean() }),
  }),
  'machine.label': route({
    summary: 'Give a machine labels, or take them away.',
    kind: 'call',
    access: 'admin',
    input: z.object({
      ...machineRef,
      set: z.record(z.string(), z.string()).default({}),
      remove: z.array(z.string()).default([]),
    }),
    output: z.object({ machine: machineView }),
  }),
  'machine.list': route({
    summary: 'The machines this one is connected to, and how each link stands; asks none of them.',
    kind: 'call',
    access: 'read',
    input: z.object({ context }),
    output: z.object({ machines: z.array(machineView) }),
  }),
  'machine.status': route({
    summary: 'All machines, this one first, and how they are; one that does not answer in time says why.',
    kind: 'call',
    access: 'read',
    input: z.object({ context }),
    output: z.object({
      machines: z.array(
        machineView.extend({
          latencyMs: z.number().nullable().describe('of one call, or null where none was answered'),
          vitals: vitals.nullable(),
        }),
      ),
    }),
  }),
  'machine.open': route({
    summary: 'Have the socket of a machine lead to its berthd, the connection made anew where it broke.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({ ...machineRef, agent }),
    output: z.object({ socket: z.string() }),
  }),
  'machine.terminal': route({
    summary: 'The command that runs a program of another machine on a terminal of this one.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({ ...machineRef, command: terminalCommand, tty: z.boolean(), agent }),
    output: terminalCommand,
  }),
  'machine.check': route({
    summary: 'Look at a machine over SSH: what it has, what is missing and how to get it.',
    kind: 'operation',
    access: 'admin',
    input: z.object({
      ...machineRef,
      agent,
      imagePlatforms: z.array(z.string().max(60)).default([]).describe('platforms whose images have to run there'),
    }),
    output: machineCheck,
  }),
  'machine.bootstrap': route({
    summary: 'Install what is missing on a machine (Debian and its kin), as root or with sudo that asks nothing.',
    kind: 'operation',
    access: 'admin',
    input: z.object({ ...machineRef, agent }),
    output: z.object({ name: z.string(), facts: machineFacts }),
  }),
  'project.find': route({
    summary: 'The project a directory of this machine belongs to.',
    kind: 'call',
    access: 'read',
    programs: true,
    input: z.object({ directory: z.string().max(4096) }),
    output: z.object({
      name: z.string().nullable(),
      directory: z.string().nullable(),
      mirror: callersMirror.nullable().describe('what a copy of it on another machine is known by'),
    }),
  }),
  'daemon.vitals': route({
    summary: 'Load, memory, disk and envs of this machine; asks no engine.',
    kind: 'call',
    access: 'read',
    input: nothing,
    output: vitals,
  }),
} as const
