import * as z from 'zod'
import { route } from '../route.ts'
import { envRef, serviceName } from '../schemas.ts'
import { broughtBack } from './env.ts'

const machineRef = {
  context: z.string().max(100).default('default'),
  machine: z.string().max(100).describe('as `berth machines` shows it'),
}

const pull = {
  ...machineRef,
  env: envRef,
  directory: z.string().max(4096).describe('absolute path the caller stands in'),
  branch: z.string().max(200).optional().describe("the env's own branch when absent"),
  message: z.string().max(10_000).optional().describe('of the commit that takes in uncommitted work'),
}

/** Projects of this machine on other machines. */
export const syncRoutes = {
  'project.sync': route({
    summary: 'Bring a project to another machine, so that envs can be made of it there.',
    kind: 'operation',
    access: 'operate',
    programs: true,
    input: z.object({
      ...machineRef,
      directory: z.string().max(4096).describe('absolute path in the project'),
      send: z.array(z.string().max(1000)).default([]).describe('gitignore patterns of ignored files that go too'),
    }),
    output: z.object({
      project: z.string(),
      directory: z.string().describe('absolute path of the project there'),
      source: z.string().describe('absolute path of the project here'),
      upToDate: z.boolean().describe('nothing had to be sent'),
    }),
  }),
  'project.pull': route({
    summary: "Bring an env's work from another machine into the user's repository as a branch.",
    kind: 'operation',
    access: 'operate',
    programs: true,
    input: z.object(pull),
    output: broughtBack,
  }),
  'project.merge': route({
    summary: "Bring an env's work from another machine and merge it into what the user has checked out.",
    kind: 'operation',
    access: 'operate',
    programs: true,
    input: z.object(pull),
    output: broughtBack.extend({ fastForward: z.boolean() }),
  }),
  'project.names': route({
    summary: 'Names on this machine of the services of another one, and what they lead to here.',
    kind: 'call',
    access: 'read',
    input: z.object(machineRef),
    output: z.object({ suffix: z.string(), resolves: z.boolean(), names: z.array(serviceName) }),
  }),
} as const
