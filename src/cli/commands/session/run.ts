import { defineCommand, projectFlag, switchFlag, textFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { runAsOutcome } from '../../terminal.ts'
import { creationSource, envRef, runWithProgress, shellVariables } from '../env/shared.ts'
import { howItStands, joinStarted } from './join.ts'

interface Flags {
  project?: string
  detach: boolean
  noUp: boolean
  noCreate: boolean
  another: boolean
  model?: string
  unattended: boolean
}

/** `berth run` */
export const runCommand = defineCommand<Flags, string[]>({
  name: 'env.run',
  brief: 'Run an agent or a command in an env, made and brought up first',
  details:
    'The first form runs in a session that outlives the terminal; the same line again joins it. The second runs in this terminal, in the workspace, and exits with the code of the command.',
  forms: ['<agent|command> <task> [prompt…]', '<task> -- <command…>'],
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
  },
  arguments: [
    { name: 'agent|command', brief: 'what to run', complete: 'agent' },
    { name: 'task', brief: 'name of the env', optional: true, complete: 'env' },
    { name: 'prompt', brief: "the agent's first prompt, or arguments of the command", optional: true, repeat: true },
  ],
  tail: 'after-dashes',
  run: (context, flags, ...words) =>
    context.tail === undefined ? runSession(context, flags, words) : runRaw(context, flags, words, context.tail),
})

type RunFlags = Flags & CommonFlags

async function runSession(context: BerthContext, flags: RunFlags, [program = '', task, ...prompt]: string[]) {
  if (task === undefined) throw usage('name what to run and the task', 'berth run claude fix-login "the login page …"')
  const client = await context.client(flags.on)
  const start = await startRequest(context, flags, task)
  const { stdout } = context.process
  const data = await runWithProgress(context, flags, 'session.run', `run ${program} ${task}`, {
    ...start,
    program,
    ...(prompt.length === 0 ? {} : { prompt: prompt.join(' ') }),
    another: flags.another,
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.unattended ? { unattended: true } : {}),
    environment: definedOnly(context.env),
    ...(stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : {}),
  })
  const { session, started } = data
  if (!started)
    context.ui.note(`${session.name} was running already${prompt.length > 0 ? '; it was not given the prompt' : ''}`)
  if (flags.detach || flags.json || !stdout.isTTY) return { data, text: howItStands(session) }
  const { exitCode } = await joinStarted(context, client, start.env, session)
  return { data, exitCode }
}

async function runRaw(context: BerthContext, flags: RunFlags, words: string[], argv: readonly string[]) {
  const [task, ...more] = words
  if (task === undefined || more.length > 0)
    throw usage('before -- stands the task alone', 'berth run <task> -- <command…>')
  if (argv.length === 0) throw usage('no command stands after --')
  const start = await startRequest(context, flags, task)
  const command = await runWithProgress(context, flags, 'session.raw', `run ${task}`, { ...start, argv: [...argv] })
  return runAsOutcome(context, flags, command)
}

async function startRequest(context: BerthContext, flags: RunFlags, task: string) {
  const env = envRef(context, task, flags.project)
  return {
    env,
    create: flags.noCreate ? null : creationSource(context),
    up: !flags.noUp,
    variables: flags.noUp ? {} : await shellVariables(context, flags, env),
  }
}

function definedOnly(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
