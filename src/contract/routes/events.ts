import * as z from 'zod'
import { route } from '../route.ts'
import { envRef } from '../schemas.ts'

/** Something that happened, as every list and feed tells it. */
export const event = z.object({
  id: z.number().int().describe('ascending on the machine that tells it, and never given twice'),
  time: z.string().describe('ISO 8601, UTC'),
  type: z.string().describe('what happened: `env.up` (docs/reference/events.md has all of them)'),
  subject: z.string().describe('what it is about: `shop/feat-a`, an app, `berthd`'),
  machine: z.string().describe('where it happened; local is this one'),
  context: z.string(),
  operation: z.string().nullable().describe('the operation it is part of'),
  actor: z.string().describe('who asked for it; `berthd` for what it does by itself or sees happen'),
  data: z.record(z.string(), z.unknown()).describe('what more there is to say, by type'),
})

/** What happened. */
export const eventRoutes = {
  'event.feed': route({
    summary: 'What happened, the oldest first, then what happens; to go on after the number of the last event seen.',
    kind: 'feed',
    access: 'read',
    subject: 'list',
    input: z.object({
      env: envRef.optional().describe('only of this env, also one that is gone'),
      subject: z.string().max(1000).optional().describe('only about this'),
      context: z
        .string()
        .max(100)
        .optional()
        .describe("only this context's, and what the machine has outside all of them"),
      types: z.array(z.string().max(100)).max(100).default([]).describe('types, or their first word (`env`)'),
      after: z.number().int().nonnegative().optional().describe('number of the last event seen'),
      since: z.string().optional().describe('how long ago (10m), or a time (ISO 8601)'),
      tail: z.number().int().nonnegative().optional().describe('only the last so many'),
      follow: z.boolean().default(false).describe('go on as it happens'),
    }),
    output: event,
  }),
} as const
