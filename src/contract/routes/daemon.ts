import * as z from 'zod'
import { route } from '../route.ts'
import { nothing } from '../schemas.ts'

/** The daemon itself, and operations that outlive their caller. */
export const daemonRoutes = {
  'daemon.status': route({
    summary: 'Version, process, addresses and load of this daemon.',
    kind: 'call',
    access: 'read',
    subject: 'caller',
    input: nothing,
    output: z.object({
      version: z.string(),
      pid: z.number().int(),
      id: z.string().describe('identity of this BERTH_HOME'),
      home: z.string(),
      socket: z.string().describe('where it listens'),
      startedAt: z.string(),
      memoryBytes: z.number().int(),
      operations: z.number().int().describe('under way now'),
      engine: z.object({ kind: z.string(), version: z.string(), composeVersion: z.string() }).nullable(),
      dns: z.string().nullable().describe('address:port'),
      proxy: z.string().nullable().describe('address:port'),
      api: z.string().nullable().describe('address:port where it is served over TLS'),
    }),
  }),
  'daemon.stop': route({
    summary: 'Stop the daemon; what runs goes on running.',
    kind: 'call',
    access: 'admin',
    input: z.object({ ifIdle: z.boolean().default(false).describe('refuse while an operation is under way') }),
    output: z.object({ pid: z.number().int() }),
  }),
  'operation.follow': route({
    summary: "An operation's events from a given number on, then its result: for a caller that lost its connection.",
    kind: 'operation',
    access: 'read',
    subject: 'caller',
    input: z.object({ operation: z.string(), after: z.number().int().default(0) }),
    output: z.unknown(),
  }),
  'operation.cancel': route({
    summary: 'Ask an operation to stop; it undoes or settles what it began.',
    kind: 'call',
    access: 'operate',
    subject: 'caller',
    input: z.object({ operation: z.string() }),
    output: nothing,
  }),
} as const
