import * as z from 'zod'
import { route } from '../route.ts'
import { envRef } from '../schemas.ts'

const finding = z.object({
  kind: z.string(),
  subject: z.string(),
  problem: z.string(),
  remedy: z.string(),
  severity: z.enum(['error', 'warning', 'note']).describe('note: nothing is wrong, but good to know'),
  repairable: z.boolean().describe('whether --fix can mend it'),
  repaired: z.boolean(),
  failure: z.string().nullable().describe('why mending failed'),
})

const difference = z.object({ project: z.string(), name: z.string(), problem: z.string() })

const failure = z.object({ code: z.string(), message: z.string(), hint: z.string() })

/** Looking after a machine: what is wrong, what differs, what can go. */
export const careRoutes = {
  'care.doctor': route({
    summary: 'Look for what is not as it should be; mend it with fix.',
    kind: 'operation',
    access: 'operate',
    input: z.object({ fix: z.boolean().default(false) }),
    output: z.object({ findings: z.array(finding) }),
  }),
  'care.reconcile': route({
    summary: 'Make envs what was last asked: up again what ended, down what should not run.',
    kind: 'operation',
    access: 'operate',
    subject: 'env',
    input: z.object({ env: envRef.optional().describe('all when absent') }),
    output: z.object({ settled: z.array(difference), failed: z.array(difference.extend({ error: failure })) }),
  }),
  'care.gc': route({
    summary: 'Remove what no env needs any more.',
    kind: 'operation',
    access: 'operate',
    input: z.object({ dryRun: z.boolean().default(false) }),
    output: z.object({
      garbage: z.array(
        z.object({
          kind: z.string(),
          subject: z.string(),
          bytes: z.number().nullable(),
          failure: z.string().nullable().describe('why it could not be removed'),
        }),
      ),
      removed: z.boolean(),
    }),
  }),
} as const
