import type { Client } from '../../../client/client.ts'
import { parseDuration } from '../../../lib/duration.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import type { CiRun } from '../../ui/ci.ts'
import { envRef } from '../env/shared.ts'
import { endOnInterrupt, followRun } from './follow.ts'
import { createReporter, type ReportFlags } from './reports.ts'
import { createRunView, silentView } from './show.ts'

/** Flags that say which stages run, and where. */
export interface SelectionFlags {
  all: boolean
  fix: boolean
  noCache: boolean
  profile?: string
  session?: string
  remote?: string
  env?: string
  project?: string
}

/** Flags that say how a run goes. */
export interface RunFlags extends SelectionFlags, ReportFlags {
  failFast: boolean
  keepGoing: boolean
  verbose: boolean
  parallel?: number
  timeout?: string
  remoteTimeout?: string
  patience?: string
}

/** Most stages at once; the contract says the same. */
const mostAtOnce = 64

/** What the daemon is asked to run. */
export type Selection = ReturnType<typeof selectionOf>

/** The machines a command line names; none: this one. */
export function machinesOf({ on, remote }: { on?: string; remote?: string }): string[] {
  const names = (on ?? remote)?.split(',').filter((name) => name !== '')
  // a variable that is not set: what was meant to run elsewhere is not to run here
  if (names?.length === 0) throw usage('--on names no machine', 'berth machines shows them; leave it out to run here')
  return names?.filter((name) => name !== 'local') ?? []
}

/** Whose daemon runs the stages: an env's own machine, else this one, which may send them elsewhere. */
export function clientFor(context: BerthContext, flags: SelectionFlags & CommonFlags): Promise<Client> {
  return flags.env === undefined ? context.client() : context.client(machinesOf(flags)[0])
}

/** The stages a command line means. */
export function selectionOf(context: BerthContext, flags: SelectionFlags & CommonFlags, stages: string[]) {
  const machines = machinesOf(flags)
  const inEnv = flags.env !== undefined
  if (inEnv && machines.length > 1)
    throw usage('an env is on one machine', 'name that one with --on, or leave --env out to spread stages')
  return {
    directory: context.directory,
    stages,
    all: flags.all,
    fix: flags.fix,
    noCache: flags.noCache,
    // what this shell has set is about this machine
    environment: inEnv && machines.length > 0 ? {} : definedOnly(context.env),
    on: inEnv ? [] : machines,
    ...(flags.session === undefined ? {} : { session: sessionOf(flags.session) }),
    ...(flags.env === undefined ? {} : { env: envRef(context, flags.env, flags.project) }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
  }
}

/** As tmux itself would have it called, which takes no dots and colons. */
function sessionOf(name: string): string {
  if (name.trim() === '') throw usage('--session needs a name', 'leave it out for the session berth')
  return name.replaceAll(/[.:]/g, '_')
}

/** A run that has begun. */
export interface StartedRun {
  started: CiRun
  /** Ends it, as Ctrl-C does. */
  end(): void
  /** Shows it to its end; `onEnd` hears the name of every stage that has come to its own. */
  follow(onEnd?: (stage: string) => void): Promise<CiRun>
}

/** Starts a run; Ctrl-C ends it and everything it started. */
export async function startRun(
  context: BerthContext,
  client: Client,
  flags: RunFlags & CommonFlags,
  input: Selection & { needed?: boolean },
): Promise<StartedRun> {
  if (flags.parallel !== undefined && (flags.parallel < 1 || flags.parallel > mostAtOnce))
    throw usage(`--parallel ${flags.parallel}: from 1 to ${mostAtOnce} stages run at once`)
  const timeoutMs = durationOf('timeout', flags.timeout ?? flags.remoteTimeout)
  const patienceMs = durationOf('patience', flags.patience)
  const { run: started } = await client.call('ci.start', {
    ...input,
    failFast: flags.failFast,
    keepGoing: flags.keepGoing,
    ...(flags.parallel === undefined ? {} : { parallel: flags.parallel }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  })
  const ending = endOnInterrupt(context, client, started.id)
  return {
    started,
    end: () => ending.end(),
    async follow(onEnd) {
      try {
        const reporter = createReporter(flags.json ? silentView : createRunView(context), flags)
        const { audience } = reporter
        const end: typeof audience.end = (stage) => (onEnd?.(stage.name), audience.end(stage))
        const run = await followRun(client, started.id, { ...audience, end })
        await reporter.write(run)
        if (flags.verbose)
          for (const { name, key } of run.stages) context.ui.note(`${name}: ${key ?? 'not remembered'}`)
        return run
      } finally {
        ending.release()
      }
    },
  }
}

function durationOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text)
  if (ms === undefined || ms <= 0) throw usage(`--${flag} ${text} is no duration`, 'write 90s, 10m or 1h30m')
  return ms
}

function definedOnly(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
