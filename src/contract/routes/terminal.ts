import * as z from 'zod'
import { route } from '../route.ts'
import { envRef } from '../schemas.ts'

const size = z.number().int().min(1).max(10_000)

/** Variables of the caller's that say how its terminal and its language are; no others get there. */
const ofTerminals = /^(TERM|COLORTERM|LANG|LC_[A-Z]+|TZ|NO_COLOR)$/

const terminal = {
  env: envRef,
  terminal: z
    .object({ columns: size, rows: size })
    .nullable()
    .describe('size of the window; null: no terminal, stdin, stdout and stderr as pipes'),
  environment: z.record(z.string().regex(ofTerminals), z.string().max(1000)).default({}),
}

const kind = 'terminal' as const
const gate = { access: 'operate', subject: 'env', programs: true } as const
const output = z.string().describe('frames of output, then one of exit or error')

/** Programs on a terminal of the caller's, run by berthd itself: for those who have no SSH to the machine. */
export const terminalRoutes = {
  'terminal.exec': route({
    summary: "Run a program in a service's container.",
    kind,
    ...gate,
    input: z.object({
      ...terminal,
      service: z.string().optional().describe('the ingress service when absent'),
      argv: z.array(z.string()).default([]).describe('a shell when empty'),
      user: z.string().optional(),
      workdir: z.string().optional(),
    }),
    output,
  }),
  'terminal.raw': route({
    summary: "Run a program in an env's workspace.",
    kind,
    ...gate,
    input: z.object({ ...terminal, argv: z.array(z.string()).min(1) }),
    output,
  }),
  'terminal.attach': route({
    summary: 'Join a running session.',
    kind,
    ...gate,
    input: z.object({
      ...terminal,
      session: z.string().max(100).optional().describe('its name; the running one started last when absent'),
    }),
    output,
  }),
  'terminal.compose': route({
    summary: "Run docker compose for an env's project, isolation included.",
    kind,
    ...gate,
    input: z.object({ ...terminal, argv: z.array(z.string()) }),
    output,
  }),
} as const
