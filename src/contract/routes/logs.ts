import * as z from 'zod'
import { route } from '../route.ts'
import { envRef } from '../schemas.ts'

/** What envs write. */
export const logRoutes = {
  'env.logs': route({
    summary: "The logs of an env's services as one, in frames; followed through restarts and new containers.",
    kind: 'bytes',
    access: 'read',
    subject: 'env',
    input: z.object({
      env: envRef,
      services: z.array(z.string()).default([]).describe('all when empty'),
      follow: z.boolean().default(false),
      since: z.string().optional().describe('how long ago (10m), or a time (ISO 8601)'),
      until: z.string().optional(),
      tail: z.number().int().nonnegative().optional().describe('lines of each container'),
      after: z
        .record(z.string(), z.string().regex(/^(\d+\.\d{9})?$/))
        .optional()
        .describe('container → the position an earlier answer ended at; empty where nothing of it had come'),
      timestamps: z.boolean().default(false).describe('start each line with its time and a space'),
    }),
    output: z
      .object({
        service: z.string(),
        container: z.string(),
        replica: z.number().int(),
        from: z.string().optional().describe('where it goes on when nothing of it has come; of a log that is followed'),
      })
      .array()
      .describe('the sources, as the first frame tells them'),
  }),
} as const
