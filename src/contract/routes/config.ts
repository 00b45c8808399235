import * as z from 'zod'
import { route } from '../route.ts'

const setting = z.object({
  key: z.string().describe('as in the file, `env.copy.method`'),
  value: z.unknown(),
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('default') }),
    z.object({
      kind: z.literal('file'),
      name: z.string().describe('absolute path'),
      line: z.number().int().nullable(),
    }),
    z.object({ kind: z.literal('variable'), name: z.string() }),
    z.object({ kind: z.literal('derived'), name: z.string().describe('what it is made from') }),
  ]),
})

/** What is settled, for this machine and for a project. */
export const configRoutes = {
  'config.show': route({
    summary: 'Every setting in effect, and where it comes from.',
    kind: 'call',
    access: 'read',
    programs: true,
    input: z.object({ directory: z.string().max(4096).optional().describe('absolute path the caller stands in') }),
    output: z.object({
      machine: z.array(setting).describe('of config.toml in the state directory'),
      pending: z.array(z.string()).describe('keys that berthd follows only once it was started anew'),
      project: z.object({ directory: z.string(), settings: z.array(setting) }).nullable(),
      files: z.array(z.object({ path: z.string(), exists: z.boolean() })).describe('those that are looked for'),
    }),
  }),
} as const
