import * as z from 'zod'
import { route } from '../route.ts'
import { createIfMissing, envRef, envView, sessionView, terminalCommand } from '../schemas.ts'

const environment = z.record(z.string(), z.string())
const sessionRef = {
  env: envRef,
  session: z.string().max(100).optional().describe('its name; the running one started last when absent'),
}
const start = {
  env: envRef,
  create: createIfMissing.nullable().default(null).describe('what to make a missing env from; null refuses'),
  up: z.boolean().default(true).describe('bring the env up first'),
  variables: environment.default({}).describe('shell variables the compose files read'),
}

/** Sessions: agents and commands that outlive the terminal. */
export const sessionRoutes = {
  'session.run': route({
    summary: 'Start an agent or a program in a session of an env, or find it running.',
    kind: 'operation',
    access: 'operate',
    subject: 'env-or-new',
    programs: true,
    input: z.object({
      ...start,
      program: z.string().min(1).max(4096).describe('an agent, or a program'),
      args: z.array(z.string()).default([]),
      prompt: z.string().max(200_000).optional(),
      model: z.string().min(1).max(200).optional().describe('of an agent: the model to ask for'),
      unattended: z
        .boolean()
        .optional()
        .describe('of an agent: whether it works without asking; as its settings say when absent'),
      another: z.boolean().default(false).describe('also where the same one runs already'),
      environment: environment.default({}).describe("the caller's: the session runs as the user"),
      login: z
        .boolean()
        .default(false)
        .describe("add the environment of the user's login here: the caller is on another machine"),
      columns: z.number().int().positive().optional(),
      rows: z.number().int().positive().optional(),
    }),
    output: z.object({ env: envView, session: sessionView, started: z.boolean() }),
  }),
  'session.raw': route({
    summary: "The command that runs a program in an env's workspace, in the caller's own terminal.",
    kind: 'operation',
    access: 'operate',
    subject: 'env-or-new',
    programs: true,
    input: z.object({ ...start, argv: z.array(z.string()).min(1) }),
    output: terminalCommand,
  }),
  'session.list': route({
    summary: 'Sessions of all envs, or of one.',
    kind: 'call',
    access: 'read',
    subject: 'list',
    input: z.object({ env: envRef.optional() }),
    output: z.object({ sessions: z.array(sessionView) }),
  }),
  'session.attach': route({
    summary: 'The command that joins a running session on a terminal.',
    kind: 'call',
    access: 'operate',
    subject: 'env',
    programs: true,
    input: z.object(sessionRef),
    output: terminalCommand.extend({ session: sessionView }),
  }),
  'session.stop': route({
    summary: 'End a session and every process it started; its transcript stays.',
    kind: 'call',
    access: 'operate',
    subject: 'env',
    input: z.object(sessionRef),
    output: z.object({ session: sessionView }),
  }),
  'session.transcript': route({
    summary: 'What a session printed, whole.',
    kind: 'bytes',
    access: 'read',
    subject: 'env',
    input: z.object({
      ...sessionRef,
      plain: z.boolean().default(true).describe('without terminal escape sequences'),
      tail: z.number().int().positive().optional().describe('only the last lines'),
      follow: z.boolean().default(false).describe('until the session ends'),
    }),
    output: z.string(),
  }),
} as const
