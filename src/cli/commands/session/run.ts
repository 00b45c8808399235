import type { Client } from '../../../client/client.ts'
import { defineCommand, listFlag, projectFlag, switchFlag, textFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { runAsOutcome } from '../../terminal.ts'
import { runByToken } from '../../token-terminal.ts'
import { runInApp } from '../deploy/run-in-app.ts'
import { sendFlag } from '../env/bring-project.ts'
import { envRef, runMaking, shellVariables } from '../env/shared.ts'
import { howItStands, joinStarted } from './join.ts'

interface Flags {
  project?: string
  detach: boolean
  noUp: boolean
  noCreate: boolean
  another: boolean
  model?: string
  unattended: boolean
  send?: readonly string[]
  sendEnv?: readonly string[]
  app?: string
  service?: string
}

/** `berth run` */
export const runCommand = defineCommand<Flags, string[]>({
  name: 'env.run',
  brief: 'Run an agent or a command in an env, made and brought up first',
  details:
    'The first form runs in a session that outlives the terminal; the same line again joins it. The second runs in this terminal, in the workspace, and exits with the code of the command.',
  forms: ['<agent|command> <task> [prompt…]', '<task> -- <command…>', '--app <app> -- <command…>'],
  examples: [
    ['berth run claude feat/add-auth', 'an agent, in an env of its own'],
    ['berth run claude fix-login "the login page …"', 'with its task'],
    ['berth run feat-x -- npm test', 'a command in its workspace'],
  ],
  flags: {
    project: projectFlag,
    detach: switchFlag('start the session and return', 'd'),
    noUp: switchFlag('do not bring the env up'),
    noCreate: switchFlag('refuse when there is no such env'),
    another: switchFlag('another session, where the same one runs already'),
    model: textFlag('of an agent: the model to ask for', 'model'),
    unattended: switchFlag('of an agent: works without asking, its questions answered with yes'),
    send: sendFlag,
    sendEnv: listFlag("on another machine: give it this variable of your shell, an agent's API key say", 'variable'),
    app: textFlag('in an app in production, once: with its image, networks and secrets', 'app'),
    service: textFlag('with --app: of which service; the one that takes the requests otherwise', 'service'),
  },
  arguments: [
    { name: 'agent|command', brief: 'what to run', complete: 'agent', optional: true },
    { name: 'task', brief: 'name of the env', optional: true, complete: 'env' },
    { name: 'prompt', brief: "the agent's first prompt, or arguments of the command", optional: true, repeat: true },
  ],
  tail: 'after-dashes',
  run: (context, flags, ...words) => {
    if (flags.app !== undefined) return runInApp(context, flags, flags.app, words)
    return context.tail === undefined ? runSession(context, flags, words) : runRaw(context, flags, words, context.tail)
  },
})

type RunFlags = Flags & CommonFlags

async function runSession(context: BerthContext, flags: RunFlags, [program = '', task, ...prompt]: string[]) {
  if (task === undefined) throw usage('name what to run and the task', 'berth run claude fix-login "the login page …"')
  const client = await context.client(flags.on)
  const start = await startRequest(context, flags, task)
  const { stdout } = context.process
  const data = await runMaking(context, flags, 'session.run', `run ${program} ${task}`, {
    ...start,
    program,
    ...(prompt.length === 0 ? {} : { prompt: prompt.join(' ') }),
    another: flags.another,
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.unattended ? { unattended: true } : {}),
    ...environmentFor(context, flags),
    ...(stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : {}),
  })
  const { session, started } = data
  if (!started)
    context.ui.note(`${session.name} was running already${prompt.length > 0 ? '; it was not given the prompt' : ''}`)
  if (flags.detach || flags.json || !stdout.isTTY) return { data, text: howItStands(context, session) }
  const { exitCode } = await joinStarted(context, client, start.env, session)
  return { data, exitCode }
}

async function runRaw(context: BerthContext, flags: RunFlags, words: string[], argv: readonly string[]) {
  const [task, ...more] = words
  if (task === undefined || more.length > 0)
    throw usage('before -- stands the task alone', 'berth run <task> -- <command…>')
  if (argv.length === 0) throw usage('no command stands after --')
  const start = await startRequest(context, flags, task)
  const client = await context.client(flags.on)
  if (client.byToken) return runRawByToken(context, flags, client, { start, argv })
  const passed = passedVariables(context, flags)
  const command = await runMaking(context, flags, 'session.raw', `run ${task}`, { ...start, argv: [...argv] })
  return runAsOutcome(context, flags, { ...command, env: { ...passed, ...command.env } })
}

/** Who has a token alone makes the env first, and has berthd there run the command. */
async function runRawByToken(
  context: BerthContext,
  flags: RunFlags,
  client: Client,
  { start, argv }: { start: Awaited<ReturnType<typeof startRequest>>; argv: readonly string[] },
) {
  if (flags.sendEnv)
    throw usage('--send-env needs SSH to the machine', 'the owner of the machine sets what its login has')
  // the command line it answers with is for the owner
  await runMaking(context, flags, 'session.raw', `run ${start.env.name}`, { ...start, argv: ['true'] })
  return runByToken(context, flags, client, 'terminal.raw', { env: start.env, argv: [...argv] })
}

async function startRequest(context: BerthContext, flags: RunFlags, task: string) {
  const env = envRef(context, task, flags.project)
  return {
    env,
    up: !flags.noUp,
    variables: flags.noUp ? {} : await shellVariables(context, flags, env),
  }
}

/**
 * A session has the environment of whoever starts it; on another machine that of the user there, in the caller's
 * language, with what the caller names.
 */
function environmentFor(context: BerthContext, flags: Flags) {
  const passed = passedVariables(context, flags)
  const all = Object.entries(context.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  if (context.away === undefined) return { environment: Object.fromEntries(all) }
  const portable = all.filter(([name]) => /^(LANG|LC_\w+|TZ|NO_COLOR)$/.test(name))
  return { environment: { ...Object.fromEntries(portable), ...passed }, login: true }
}

/** Variables of this shell that were named to be given. Throws USAGE for one that is not set. */
function passedVariables({ env }: BerthContext, { sendEnv = [] }: Flags): Record<string, string> {
  const values = sendEnv.map((name) => [name, env[name]] as const)
  const missing = values.find(([, value]) => value === undefined)
  if (missing) throw usage(`--send-env ${missing[0]}: this shell has no such variable`, `export ${missing[0]} first`)
  return Object.fromEntries(values as [string, string][])
}
