import * as z from 'zod'
import { hookNames } from '../../core/ci/hooks/model.ts'
import { route } from '../route.ts'

const directory = z.string().max(4096).describe('absolute path the caller stands in')
const hook = z.enum(hookNames)

const hookView = z.object({
  hook,
  state: z.enum(['none', 'ours', 'foreign']).describe('foreign: written by somebody else'),
  file: z.string(),
  chained: z.boolean().describe('whether a hook that was there before runs first'),
})

/** Setting up the checks of a repository. */
export const ciSetupRoutes = {
  'ci.init': route({
    summary: 'Add a [ci] table to berth.toml, with what was detected.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({ directory, dryRun: z.boolean().default(false) }),
    output: z.object({
      root: z.string(),
      file: z.string(),
      written: z.boolean().describe('false where a file says so already; that is left as it is'),
      added: z.string().describe('the text of the table'),
      stages: z.array(z.string()),
    }),
  }),
  'ci.hook': route({
    summary: 'The hooks of git that checks may run in, as they are.',
    kind: 'call',
    access: 'read',
    programs: true,
    input: z.object({ directory }),
    output: z.object({ hooks: z.array(hookView) }),
  }),
  'ci.hook.install': route({
    summary: 'Run the checks in a hook of git; one that is there already runs first.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({ directory, hook }),
    output: z.object({ hook: hookView }),
  }),
  'ci.hook.uninstall': route({
    summary: 'Take the checks out of a hook of git again.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({ directory, hook }),
    output: z.object({ hook: hookView }),
  }),
  'ci.forget': route({
    summary: 'Forget that stages passed with the files as they are now.',
    kind: 'call',
    access: 'operate',
    programs: true,
    input: z.object({
      directory,
      stages: z.array(z.string()).default([]).describe('by name; empty: those that are enabled'),
      environment: z.record(z.string(), z.string()).default({}),
    }),
    output: z.object({ forgotten: z.array(z.string()).describe('stages that had passed') }),
  }),
} as const
