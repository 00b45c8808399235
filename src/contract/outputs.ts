import * as z from 'zod'
import { machineCheck } from './routes/machine.ts'
import { routes } from './routes.ts'
import { envView, sessionView } from './schemas.ts'

/** A program that ran on this terminal; what it printed is there with `--json` alone. */
const programOutcome = z.object({
  exitCode: z.number().int(),
  stdout: z.string().optional(),
  stderr: z.string().optional(),
})

/** A token as lists show it. */
const tokenView = routes['token.issue'].output.shape.record

const silent = z
  .array(z.object({ machine: z.string(), message: z.string(), hint: z.string() }))
  .describe('machines that did not answer')

/** What a machine answers, or, where `--on` names several, what each does. */
const orBySeveral = <T extends z.ZodObject>(output: T) =>
  z.union([
    output,
    z.object({ machines: z.array(output.extend({ machine: z.string() })), silent }).describe('of several machines'),
  ])

/** What is pushed to, with its address for the git that asks. */
const remoteView = routes['remote.list'].output.shape.remotes.element.extend({ url: z.string() })

const serviceUrl = z.object({ service: z.string(), url: z.string() })

/** `data` of the commands whose data is no route's result. */
const ownOutputs = {
  'env.list': z.object({ envs: z.array(envView.extend({ machine: z.string() })), silent }),
  'session.list': z.object({ sessions: z.array(sessionView.extend({ machine: z.string() })), silent }),
  'machine.status': routes['machine.status'].output.extend({
    logins: z
      .array(
        z.object({
          name: z.string(),
          address: z.string().describe('host:port'),
          state: z.enum(['connected', 'unreachable']),
          problem: z.object({ message: z.string(), hint: z.string() }).nullable(),
          version: z.string().nullable(),
          latencyMs: z.number().nullable(),
          allows: z.string().nullable().describe('what the token allows, in words'),
        }),
      )
      .describe('machines reached by a token'),
  }),
  'config.show': z.union([routes['config.show'].output, z.object({ path: z.string() }).describe('with path')]),
  ci: z.union([routes['ci.start'].output, routes['ci.list'].output, routes['ci.plan'].output]),
  'ci.logs': z.object({ stages: z.array(z.object({ stage: z.string(), text: z.string() })) }),
  'env.destroy': z.object({ destroyed: z.array(routes['env.destroy'].output) }),
  'deploy.run': z.union([
    routes['deploy.run'].output,
    z
      .object({
        id: z.string(),
        release: z.string(),
        strategy: z.string(),
        machines: z.array(routes['deploy.run'].output.extend({ machine: z.string() })),
      })
      .describe('with several machines'),
    z
      .object({
        app: z.string(),
        machines: z.array(z.object({ machine: z.string(), operations: z.array(z.string()) })),
      })
      .describe('with --cancel'),
    z
      .object({
        id: z.string(),
        services: routes['deploy.bundle'].output.shape.bundle.shape.services,
        secrets: z.array(z.string()).describe('names'),
        plan: routes['deploy.plan'].output,
      })
      .describe('with --dry-run'),
  ]),
  'app.prune': z.object({ machines: z.array(routes['app.prune'].output.extend({ machine: z.string() })) }),
  'app.list': orBySeveral(routes['app.list'].output),
  'app.releases': orBySeveral(routes['app.releases'].output),
  'app.backup': orBySeveral(routes['app.backup'].output),
  'app.backups': orBySeveral(routes['app.backups'].output),
  'app.fetch': z.object({
    file: z.string().nullable().describe('absolute path; null: stdout'),
    name: z.string(),
    bytes: z.number().int(),
    sha256: z.string(),
  }),
  'addon.add': orBySeveral(routes['addon.add'].output),
  'addon.list': orBySeveral(routes['addon.list'].output),
  'addon.remove': orBySeveral(routes['addon.remove'].output),
  'app.reconcile': z.object({
    machines: z.array(
      z.object({ machine: z.string(), apps: z.array(routes['app.reconcile'].output) }).describe('in the order of --on'),
    ),
    silent,
  }),
  'remote.add': z.object({ remote: remoteView, name: z.string().describe('of the remote of the clone') }),
  'remote.list': z.object({ remotes: z.array(remoteView) }),
  'remote.remove': z.object({
    remote: remoteView,
    names: z.array(z.string()).describe('remotes the clone had'),
  }),
  'remote.receive': routes['remote.receive'].output
    .omit({ release: true })
    .extend({ deployed: routes['deploy.run'].output.nullable() }),
  'env.run': z.union([routes['session.run'].output, routes['job.run'].output.describe('with --app'), programOutcome]),
  'deploy.rollback': z.union([
    routes['deploy.rollback'].output,
    z
      .object({ machines: z.array(routes['deploy.rollback'].output.extend({ machine: z.string() })) })
      .describe('with several machines'),
  ]),
  'machine.check': z.union([
    machineCheck,
    z
      .object({
        machines: z.array(
          machineCheck.extend({ facts: machineCheck.shape.facts.nullable().describe('null: it does not answer') }),
        ),
      })
      .describe('of several'),
  ]),
  'env.exec': programOutcome,
  'env.compose': programOutcome,
  'env.shell': programOutcome,
  'env.path': z.object({ path: z.string().describe('absolute') }),
  'env.url': serviceUrl,
  'env.open': serviceUrl.extend({
    service: z.string().nullable().describe('null: the workspace'),
    opened: z.boolean(),
  }),
  'session.transcript': z.object({ text: z.string() }),
  login: z.union([
    routes['token.issue'].output.describe('with --for'),
    z.object({ machine: z.string(), address: z.string(), token: tokenView }).describe('with an address'),
  ]),
  logout: z.object({
    machine: z.string(),
    token: z.string().nullable(),
    revoked: z.boolean().describe('ended on the machine that issued it'),
    forgotten: z.boolean().describe('not kept here any more'),
  }),
  'vault.run': programOutcome,
  'ci.init': routes['ci.init'].output.extend({ hook: routes['ci.hook.install'].output.shape.hook.nullable() }),
  'ci.hook.run': z.object({ exitCode: z.number().int() }),
  'daemon.start': routes['daemon.status'].output,
  'daemon.status': z.discriminatedUnion('running', [
    z.object({ running: z.literal(false) }),
    routes['daemon.status'].output.extend({ running: z.literal(true) }),
  ]),
  'daemon.stop': z.object({ stopped: z.boolean(), pid: z.number().int().nullable() }),
  setup: z.union([
    routes['setup.preview'].output.extend({ done: z.boolean() }),
    routes['setup.engine'].output.extend({ done: z.boolean() }).describe('with --engine'),
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
  'event.feed': routes['event.feed'].output,
  'env.logs': z.object({
    service: z.string(),
    container: z.string(),
    machine: z.string().optional().describe('of an app'),
    stream: z.enum(['stdout', 'stderr']),
    time: z.string().describe('ISO 8601'),
    line: z.string(),
  }),
  mcp: z.looseObject({ jsonrpc: z.literal('2.0') }).describe('the protocol itself, with or without --json'),
  'daemon.logs': z.looseObject({ time: z.string().optional(), message: z.string().optional() }),
} as const

/** What a command prints with `--json`: one document with this `data`, or these lines. Undefined for an unknown name. */
export function commandOutput(name: string): { kind: 'document' | 'lines'; schema: z.ZodType } | undefined {
  if (name in lineOutputs) return { kind: 'lines', schema: lineOutputs[name as keyof typeof lineOutputs] }
  if (name in ownOutputs) return { kind: 'document', schema: ownOutputs[name as keyof typeof ownOutputs] }
  return name in routes ? { kind: 'document', schema: routes[name as keyof typeof routes].output } : undefined
}
