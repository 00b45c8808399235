import { type Argument, defineCommand, numberFlag, projectFlag, switchFlag, textFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { summaryLine } from '../../ui/ci.ts'
import { envRef, runWithProgress, shellVariables } from '../env/shared.ts'
import { hookCommand } from './hook.ts'
import { initCommand } from './init.ts'
import { killCommand } from './kill.ts'
import { listText, planText } from './list.ts'
import { logsCommand } from './logs.ts'
import { clientFor, machinesOf, type RunFlags, selectionOf, startRun } from './run.ts'
import { runsCommand } from './runs.ts'

interface Flags extends RunFlags {
  list: boolean
  dryRun: boolean
  watch: boolean
}

const stageArgument: Argument = { name: 'stage', brief: 'only these stages', optional: true, repeat: true }

/** `berth ci` */
export const ciCommand = defineCommand<Flags, string[]>({
  name: 'ci',
  brief: "Run the repository's checks, but for those that cannot have changed",
  details:
    'Stages are those of [ci] in berth.toml or of .local-ci.toml, else those the repository shows: scripts of package.json, Cargo, Go, pytest, Maven, make and others. A stage whose inputs, command, environment, tools and platform are those of an earlier pass is not run again: what it wrote then is shown.\n\nExits with the code of the first stage that failed.',
  examples: [
    ['berth ci', 'all that is enabled'],
    ['berth ci lint test', 'these two'],
    ['berth ci --fix', 'mend what can be mended, then check'],
    ['berth ci --watch', 'again and again, as files change'],
    ['berth ci --parallel 4 --fail-fast', 'four at once, until one fails'],
    ['berth ci test --on big-box', 'on a stronger machine, which may be any user@host'],
    ['berth ci --on h1,h2,h3', 'spread over three'],
  ],
  flags: {
    list: switchFlag('show the stages, run none'),
    all: switchFlag('the disabled ones too'),
    fix: switchFlag('mend first what can be mended'),
    noCache: switchFlag('run every stage, also those that passed already'),
    failFast: switchFlag('end at the first failure'),
    keepGoing: switchFlag('run stages although one they depend on failed'),
    dryRun: switchFlag('show what would run and what is cached, run none'),
    watch: switchFlag('run again what a change touches, until Ctrl-C', 'w'),
    verbose: switchFlag('say by what each pass is remembered', 'v'),
    parallel: numberFlag('so many stages at once', 'n', 'j'),
    profile: textFlag('the stages and flags of this [ci.profiles] table', 'name'),
    timeout: textFlag('deadline of each stage (90s, 10m)', 'duration'),
    patience: textFlag('with --on: how long a machine may not answer (10m, among several 10s)', 'duration'),
    remoteTimeout: textFlag('another spelling of --timeout', 'duration'),
    session: textFlag('with --on: the tmux session there (berth)', 'name'),
    remote: textFlag('another spelling of --on', 'host', 'machine'),
    junit: textFlag('write the outcome into this file as JUnit XML', 'file', 'file'),
    summary: textFlag('add it to this file as a GitHub step summary', 'file', 'file'),
    env: textFlag('in the workspace of this env, with its services', 'env', 'env'),
    project: projectFlag,
  },
  arguments: [stageArgument],
  commands: { init: initCommand, hook: hookCommand, runs: runsCommand, logs: logsCommand, kill: killCommand },
  async run(context, flags, ...stages) {
    if (flags.failFast && flags.keepGoing) throw usage('--fail-fast and --keep-going exclude each other')
    if (flags.watch && (flags.list || flags.dryRun)) throw usage('--watch runs stages; --list and --dry-run run none')
    const input = selectionOf(context, flags, stages)
    const client = await clientFor(context, flags)
    if (flags.list) {
      const data = await client.call('ci.list', input)
      return { data, text: listText(data, context.ui) }
    }
    if (flags.env !== undefined) await startEnv(context, flags, flags.env)
    if (flags.dryRun) {
      const data = await client.call('ci.plan', input)
      return { data, text: planText(data, context.ui) }
    }
    if (flags.watch) return (await import('./watch.ts')).watchRuns(context, flags, input)
    const run = await (await startRun(context, client, flags, input)).follow()
    return { data: { run }, text: `\n${summaryLine(run)}\n`, exitCode: run.exitCode ?? 1 }
  },
})

/** Its services are up, as `berth up` has them. */
async function startEnv(context: BerthContext, flags: Flags & CommonFlags, name: string): Promise<void> {
  const there = { ...flags, on: machinesOf(flags)[0] ?? 'local' }
  const env = envRef(context, name, flags.project)
  const variables = await shellVariables(context, there, env)
  await runWithProgress(context, there, 'env.up', `up ${name}`, { env, variables })
}
