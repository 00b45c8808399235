import * as z from 'zod'
import { accessLevels } from '../../core/access/model.ts'
import { route } from '../route.ts'
import { nothing } from '../schemas.ts'

const limit = z.number().positive().nullable().default(null)

const quota = z
  .object({ envs: limit, cpus: limit, memoryBytes: limit, diskBytes: limit })
  .describe('what its holder may use at most; null: no limit')

const tokenView = z.object({
  id: z.string(),
  holder: z.string(),
  access: z.enum(accessLevels),
  projects: z.array(z.string()).nullable().describe('null: all'),
  programs: z.boolean().describe("whether its holder may run programs as the machine's user"),
  quota,
  state: z.enum(['valid', 'expired', 'revoked']),
  issuer: z.string().nullable().describe("id of the token it was issued with; null: the owner's"),
  createdAt: z.string().describe('ISO 8601, UTC'),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
})

const listening = z
  .object({ address: z.string().describe('address:port'), fingerprint: z.string().describe('SHA-256, base64url') })
  .nullable()
  .describe('where the API is served over TLS, and the certificate it shows; null: nowhere')

/** Who may do what: tokens, and what was done. */
export const accessRoutes = {
  'token.issue': route({
    summary: 'Issue a token that allows at most what its issuer may; its text is told this once.',
    kind: 'call',
    access: 'admin',
    subject: 'caller',
    input: z.object({
      holder: z.string().max(100).describe('who gets it'),
      access: z.enum(accessLevels).default('read'),
      projects: z.array(z.string().min(1).max(100)).max(100).nullable().default(null).describe('null: all'),
      programs: z.boolean().default(false).describe("run programs as the machine's user"),
      expiresInSeconds: z.number().positive().nullable().default(null).describe('null: as long as its issuer'),
      quota: quota.default({ envs: null, cpus: null, memoryBytes: null, diskBytes: null }),
    }),
    output: z.object({ token: z.string(), record: tokenView, api: listening }),
  }),
  'token.list': route({
    summary: 'The tokens there are, without their secrets: the owner sees all, others those issued with theirs.',
    kind: 'call',
    access: 'admin',
    subject: 'caller',
    input: nothing,
    output: z.object({ tokens: z.array(tokenView), api: listening }),
  }),
  'token.revoke': route({
    summary: "End a token, and those issued with it: one's own, one issued with it, or (the owner) any.",
    kind: 'call',
    access: 'read',
    subject: 'caller',
    input: z.object({ id: z.string().max(100).optional().describe("the caller's own when absent") }),
    output: z.object({ record: tokenView }),
  }),
  'token.self': route({
    summary: 'Who the caller is to this machine, and what the caller may do.',
    kind: 'call',
    access: 'read',
    subject: 'caller',
    input: nothing,
    output: z.object({ owner: z.boolean(), token: tokenView.nullable(), version: z.string() }),
  }),
  'audit.list': route({
    summary: 'Who did what, when, and how it ended: every call with a token, and every change of the owner.',
    kind: 'call',
    access: 'admin',
    subject: 'caller',
    input: z.object({
      limit: z.number().int().positive().max(10_000).default(100),
      who: z.string().max(100).optional().describe('owner, nobody, or the id of a token'),
    }),
    output: z.object({
      entries: z.array(
        z.object({
          at: z.string().describe('ISO 8601, UTC'),
          who: z.string(),
          holder: z.string().nullable(),
          from: z.string().describe('socket, or the address it came from'),
          what: z.string(),
          subject: z.string().nullable(),
          result: z.string().describe('ok, or the code of the failure'),
          ms: z.number(),
        }),
      ),
    }),
  }),
} as const
