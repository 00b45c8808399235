import * as z from 'zod'
import { route } from '../route.ts'
import {
  callersMirror,
  createIfMissing,
  envRef,
  envSource,
  envView,
  finding,
  serviceName,
  terminalCommand,
} from '../schemas.ts'

const withFindings = z.object({ env: envView, findings: z.array(finding) })

/** What came back into the repository of the user. */
export const broughtBack = z.object({
  project: z.string(),
  name: z.string(),
  branch: z.string().describe("in the user's repository"),
  commit: z.string(),
  commits: z.number().int().describe('new there'),
  mixed: z.array(z.string()).describe("files with the env's work and what you had not committed, in the same lines"),
})

const create = {
  name: z.string().max(1000),
  project: z.string().max(1000).optional().describe('project name; the directory or berth.toml says it otherwise'),
  standing: z.string().max(1000).optional().describe('project the caller stands in on a machine of its own'),
  mirror: callersMirror.optional(),
  source: envSource,
  composeFiles: z.array(z.string()).default([]).describe('relative to the source directory'),
  shared: z.array(z.string()).default([]).describe('services taken from an instance shared between envs'),
  copyMethod: z.enum(['auto', 'reflink', 'copy', 'overlay', 'btrfs-snapshot']).default('auto'),
}

const up = {
  services: z.array(z.string()).default([]).describe('all when empty'),
  build: z.boolean().default(false),
  strict: z.boolean().default(false).describe('refuse what cannot be isolated'),
  timeoutSeconds: z.number().int().positive().default(600),
  variables: z.record(z.string(), z.string()).default({}).describe('shell variables the compose files read'),
}

/** Envs: the daily work. */
export const envRoutes = {
  'env.create': route({
    summary: 'Make an env: workspace, branch, subnet, names.',
    kind: 'operation',
    access: 'operate',
    subject: 'source',
    input: z.object(create),
    output: z.object({ env: envView }),
  }),
  'env.up': route({
    summary: "Start an env's services, isolated, and wait until they are healthy.",
    kind: 'operation',
    access: 'operate',
    subject: 'env-or-new',
    input: z.object({
      env: envRef,
      create: createIfMissing.nullable().default(null).describe('what to make a missing env from; null refuses'),
      ...up,
    }),
    output: withFindings,
  }),
  'env.down': route({
    summary: "Stop and remove an env's containers and networks; its data and workspace stay.",
    kind: 'operation',
    access: 'operate',
    subject: 'env',
    input: z.object({ env: envRef, volumes: z.boolean().default(false).describe('remove its data as well') }),
    output: z.object({ env: envView }),
  }),
  'env.destroy': route({
    summary: 'Remove an env without a trace.',
    kind: 'operation',
    access: 'operate',
    subject: 'env',
    input: z.object({ env: envRef, keepWorkspace: z.boolean().default(false) }),
    output: z.object({
      project: z.string(),
      name: z.string(),
      workspace: z.string().nullable().describe('where it was kept'),
    }),
  }),
  'env.list': route({
    summary: 'All envs of this machine.',
    kind: 'call',
    access: 'read',
    subject: 'list',
    input: z.object({ project: z.string().optional() }),
    output: z.object({ envs: z.array(envView) }),
  }),
  'env.status': route({
    summary: 'One env, whole.',
    kind: 'call',
    access: 'read',
    subject: 'env',
    input: z.object({ env: envRef }),
    output: z.object({ env: envView }),
  }),
  'env.names': route({
    summary: 'Every name of the services of all envs, of a project, or of one env, and what it leads to.',
    kind: 'call',
    access: 'read',
    subject: 'list',
    input: z.object({ env: envRef.optional(), project: z.string().optional() }),
    output: z.object({
      suffix: z.string(),
      resolves: z.boolean().describe('whether programs on this machine can look the names up'),
      names: z.array(serviceName),
    }),
  }),
  'env.variables': route({
    summary: 'Names of the shell variables the compose files of an env (or of a directory) read.',
    kind: 'call',
    access: 'read',
    subject: 'env-or-new',
    input: z.object({ env: envRef }),
    output: z.object({ names: z.array(z.string()) }),
  }),
  'env.exec': route({
    summary: "The command that runs a program in a service's container.",
    kind: 'call',
    access: 'operate',
    subject: 'env',
    programs: true,
    input: z.object({
      env: envRef,
      service: z.string().optional().describe('the ingress service when absent'),
      argv: z.array(z.string()).default([]).describe('a shell when empty'),
      tty: z.boolean(),
      interactive: z.boolean(),
      user: z.string().optional(),
      workdir: z.string().optional(),
    }),
    output: terminalCommand,
  }),
  'env.compose': route({
    summary: "The docker compose command for an env's project, isolation included.",
    kind: 'call',
    access: 'operate',
    subject: 'env',
    programs: true,
    input: z.object({
      env: envRef,
      argv: z.array(z.string()),
      variables: z.record(z.string(), z.string()).default({}),
    }),
    output: terminalCommand,
  }),
  'env.diff': route({
    summary: 'What an env changed since it was made: commits, uncommitted and untracked.',
    kind: 'call',
    access: 'read',
    subject: 'env',
    input: z.object({ env: envRef, stat: z.boolean().default(false).describe('file names and counts only') }),
    output: z.object({
      patch: z.string().describe('git diff text; empty with stat'),
      files: z.array(z.object({ path: z.string(), added: z.number().nullable(), removed: z.number().nullable() })),
    }),
  }),
  'env.pull': route({
    summary: "Bring an env's work into the user's repository as a branch; nothing checked out there changes.",
    kind: 'call',
    access: 'operate',
    subject: 'env',
    input: z.object({
      env: envRef,
      branch: z.string().max(200).optional().describe("the env's own branch when absent"),
      message: z.string().max(10_000).optional().describe('of the commit that takes in uncommitted work'),
    }),
    output: broughtBack,
  }),
  'env.merge': route({
    summary: "Bring an env's work back and merge it into what the user has checked out.",
    kind: 'call',
    access: 'operate',
    subject: 'env',
    input: z.object({ env: envRef, message: z.string().max(10_000).optional() }),
    output: broughtBack.extend({ fastForward: z.boolean() }),
  }),
} as const
