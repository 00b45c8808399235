import * as z from 'zod'
import { routes } from './routes.ts'

/** A program that ran on this terminal; what it printed is there with `--json` alone. */
const programOutcome = z.object({
  exitCode: z.number().int(),
  stdout: z.string().optional(),
  stderr: z.string().optional(),
})

const serviceUrl = z.object({ service: z.string(), url: z.string() })

/** `data` of the commands whose data is no route's result. */
const ownOutputs = {
  'env.destroy': z.object({ destroyed: z.array(routes['env.destroy'].output) }),
  'env.run': z.union([routes['session.run'].output, programOutcome]),
  'env.exec': programOutcome,
  'env.compose': programOutcome,
  'env.shell': programOutcome,
  'env.path': z.object({ path: z.string().describe('absolute') }),
  'env.url': serviceUrl,
  'env.open': serviceUrl.extend({ opened: z.boolean() }),
  'session.transcript': z.object({ text: z.string() }),
  'daemon.start': routes['daemon.status'].output,
  'daemon.status': z.discriminatedUnion('running', [
    z.object({ running: z.literal(false) }),
    routes['daemon.status'].output.extend({ running: z.literal(true) }),
  ]),
  'daemon.stop': z.object({ stopped: z.boolean(), pid: z.number().int().nullable() }),
  setup: z.union([
    routes['setup.preview'].output.extend({ done: z.boolean() }),
    routes['setup.engine'].output.describe('with --engine'),
  ]),
  completion: z.object({ shell: z.string(), script: z.string() }),
  man: z.union([
    z.object({ name: z.string(), text: z.string().describe('roff') }),
    z.object({ directory: z.string(), files: z.array(z.string()) }).describe('with --dir'),
  ]),
  version: z.object({ version: z.string() }),
} as const

/** One line of the commands that are streams with `--json`: an object a line, and no envelope. */
const lineOutputs = {
  'env.logs': z.object({
    service: z.string(),
    container: z.string(),
    stream: z.enum(['stdout', 'stderr']),
    time: z.string().describe('ISO 8601'),
    line: z.string(),
  }),
  'daemon.logs': z.looseObject({ time: z.string().optional(), message: z.string().optional() }),
} as const

/** What a command prints with `--json`: one document with this `data`, or these lines. Undefined for an unknown name. */
export function commandOutput(name: string): { kind: 'document' | 'lines'; schema: z.ZodType } | undefined {
  if (name in lineOutputs) return { kind: 'lines', schema: lineOutputs[name as keyof typeof lineOutputs] }
  if (name in ownOutputs) return { kind: 'document', schema: ownOutputs[name as keyof typeof ownOutputs] }
  return name in routes ? { kind: 'document', schema: routes[name as keyof typeof routes].output } : undefined
}
