import * as z from 'zod'
import { route } from '../route.ts'
import { deployRoutes } from './deploy.ts'

const app = z.string().max(60)
const context = z.string().max(40).default('default')
const by = z.string().max(200).describe('user@host')
const directory = z.string().max(4096).describe('absolute path in a clone')

const remoteView = z.object({
  context: z.string(),
  app: z.string(),
  branch: z.string().describe('the one that is deployed'),
  directory: z.string().describe('where the project lies in the repository; empty: at its top'),
  machine: z.string().describe('${BERTH_MACHINE} of what is deployed'),
  createdBy: z.string(),
  createdAt: z.string().describe('ISO 8601, UTC'),
  repository: z.string().describe('absolute path of what is pushed to'),
  commit: z.string().nullable().describe('what the branch is at; null: nothing was pushed yet'),
})

/** Deploys by `git push`. */
export const remoteRoutes = {
  'remote.add': route({
    summary: 'Have what is pushed to a branch deploy an app on this machine.',
    kind: 'call',
    access: 'admin',
    // its hook is one
    programs: true,
    input: z.object({
      context,
      app,
      branch: z.string().max(300).default('main'),
      directory: z.string().max(1000).default(''),
      machine: z.string().max(100).default('local'),
      by,
    }),
    output: z.object({ remote: remoteView }),
  }),
  'remote.list': route({
    summary: 'What can be pushed to on this machine.',
    kind: 'call',
    access: 'read',
    input: z.object({ context }),
    output: z.object({ remotes: z.array(remoteView) }),
  }),
  'remote.remove': route({
    summary: 'Forget what was pushed for an app; what runs goes on.',
    kind: 'call',
    access: 'admin',
    input: z.object({ context, app }),
    output: z.object({ remote: remoteView }),
  }),
  'remote.receive': route({
    summary: 'Make a release of what is being pushed: asked by the hook, before git takes it.',
    kind: 'operation',
    access: 'admin',
    // a compose file of the pusher's own: it can mount anything
    programs: true,
    input: z.object({
      context,
      app,
      updates: z.string().max(10_000_000).describe('what git told the hook: a ref a line'),
      objects: z.string().max(4096).nullable().describe('where git keeps what came until it is taken'),
      by,
      pid: z.number().int().positive().describe('of the process that takes the push'),
      allowPlaintext: z.boolean().default(false),
    }),
    output: z.object({
      branch: z.string(),
      machine: z.string(),
      notes: z.array(z.string()),
      commit: z.string().nullable().describe('null: nothing is deployed'),
      release: deployRoutes['deploy.bundle'].output.nullable(),
    }),
  }),
  'clone.show': route({
    summary: 'The clone a directory lies in: its remotes, and the way from its top.',
    kind: 'call',
    access: 'read',
    programs: true,
    input: z.object({ directory }),
    output: z.object({
      top: z.string(),
      directory: z.string().describe('relative to the top; empty: the top itself'),
      remotes: z.array(z.object({ name: z.string(), url: z.string() })),
    }),
  }),
  'clone.link': route({
    summary: 'Give a clone a remote, which says who pushes.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({
      directory,
      name: z.string().max(100),
      url: z.string().max(4096),
      by,
    }),
    output: z.object({ name: z.string(), url: z.string() }),
  }),
  'clone.unlink': route({
    summary: 'Take the remotes from a clone that lead to an address.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({ directory, url: z.string().max(4096) }),
    output: z.object({ names: z.array(z.string()) }),
  }),
} as const
