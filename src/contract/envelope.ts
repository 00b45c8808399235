import * as z from 'zod'
import { apiError } from './events.ts'

const scope = {
  command: z.string().describe('name of the command, `env.up`'),
  context: z.string(),
  machine: z.string().describe('where it was done; local is this one'),
}

/** What `--json` prints for a command that failed. */
export const failureEnvelope = z.object({
  ok: z.literal(false),
  ...scope,
  error: apiError.extend({ machine: z.string() }),
})

/** What `--json` prints for a command that worked, with data of this kind. */
export const successEnvelope = <D extends z.ZodType>(data: D) => z.object({ ok: z.literal(true), ...scope, data })
