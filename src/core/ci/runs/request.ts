import type { EnvDeps } from '../../envs/deps.ts'
import { type EnvRef, findEnv } from '../../envs/find-env.ts'
import type { Links } from '../../machines/links.ts'
import type { RemoteStages, StageMachine } from '../../ports/ci.ts'
import type { ResolverCheck } from '../../ports.ts'
import { surroundingsOf } from '../../run/surroundings.ts'
import { inheritable, sessionEnvironment } from '../../sessions/session-environment.ts'
import type { CiConfig, CiDeps } from '../deps.ts'
import type { Pipeline, Profile } from '../model.ts'
import { readPipeline } from '../read-pipeline.ts'
import { findProfile, selectStages } from '../select.ts'
import type { RunRequest } from './start-run.ts'

/** A run as it was asked for. */
export interface AskedRun {
  directory: string
  env?: EnvRef | undefined
  stages: readonly string[]
  /** Also those the named ones depend on. */
  needed: boolean
  all: boolean
  profile?: string | undefined
  environment: Readonly<Record<string, string>>
  on: readonly string[]
  session?: string | undefined
  noCache: boolean
  fix: boolean
  failFast: boolean
  keepGoing: boolean
  parallel?: number | undefined
  timeoutMs?: number | undefined
  patienceMs?: number | undefined
}

/** What this needs of an env: to find it, and what its sessions would see. */
export type RequestDeps = CiDeps &
  Pick<EnvDeps, 'store' | 'engine' | 'homeId' | 'network' | 'upRecords' | 'files' | 'paths' | 'loadConfig'> & {
    resolver: ResolverCheck
    localStages: StageMachine
    remoteStages: (place: RemoteStages) => StageMachine
    links: Pick<Links, 'list'>
  }

/** Where the checks of a request are: the directory, or the workspace of an env with that env's environment. */
export async function whereToLook(
  deps: RequestDeps,
  { directory, env }: Pick<AskedRun, 'directory' | 'env'>,
  caller: Readonly<Record<string, string>> = {},
): Promise<{ directory: string; env: Record<string, string> }> {
  if (env === undefined) return { directory, env: inheritable(caller) }
  const record = await findEnv(deps, env)
  return { directory: record.directory, env: sessionEnvironment(caller, {}, await surroundingsOf(deps, record)) }
}

/** The profile that was asked for, if any. Throws CI_PROFILE_UNKNOWN. */
export const profileOf = (pipeline: Pipeline, name: string | undefined): Profile | null =>
  name === undefined ? null : findProfile(pipeline, name)

/** Everything a run needs. Whatever is wrong with what was asked is said here, before anything runs. */
export async function prepareRequest(deps: RequestDeps, asked: AskedRun): Promise<RunRequest> {
  const { directory, env } = await whereToLook(deps, asked, asked.environment)
  const { root, tree, pipeline, config } = await readPipeline(deps, directory, asked.on.length > 0)
  const profile = profileOf(pipeline, asked.profile)
  const stages = selectStages(pipeline, asked, profile)
  return {
    root,
    tree,
    stages,
    machines: machinesOf(deps, asked, config),
    env,
    useCache: !asked.noCache && profile?.noCache !== true,
    options: {
      fix: asked.fix,
      failFast: asked.failFast || profile?.failFast === true,
      keepGoing: asked.keepGoing,
      parallel: asked.parallel ?? profile?.parallel ?? 1,
      timeoutMs: asked.timeoutMs ?? null,
    },
  }
}

/** How long a machine may stay away before its stages run on the others, ms. */
const patienceAmongOthers = 10_000
/** How long where there are none, before whoever follows the run is told. */
const patienceAlone = 600_000

/** tmux session there where none is named. */
const usualSession = 'berth'

/** A connected machine, a `[hosts.NAME]` of `.local-ci-remote.toml`, or whatever ssh makes of the name. */
function machinesOf(
  deps: RequestDeps,
  { on, session, environment, patienceMs }: AskedRun,
  { hosts }: CiConfig,
): StageMachine[] {
  if (on.length === 0) return [deps.localStages]
  const names = [...new Set(on)]
  const isAlone = names.length === 1
  return names.map((name) => {
    const machine = deps.links.list().find((link) => link.machine.name === name)?.machine
    const preset = hosts[name]
    return deps.remoteStages({
      name,
      destination: machine?.destination ?? preset?.destination ?? name,
      machine,
      session: session ?? preset?.session ?? usualSession,
      directory: preset?.directory ?? null,
      agent: environment['SSH_AUTH_SOCK'],
      patience: patienceMs ?? (isAlone ? patienceAlone : patienceAmongOthers),
      isAlone,
    })
  })
}
