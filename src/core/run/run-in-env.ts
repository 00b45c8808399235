import type { TerminalCommand } from '../envs/exec.ts'
import type { EnvRecord } from '../envs/model.ts'
import { upEnv } from '../envs/up.ts'
import { type EnsureRequest, withEnv } from '../envs/with-env.ts'
import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { SessionView } from '../sessions/model.ts'
import { requireProgram } from '../sessions/require-program.ts'
import { sessionEnvironment, whereabouts } from '../sessions/session-environment.ts'
import { startSession } from '../sessions/start-session.ts'
import type { RunDeps } from './deps.ts'
import { type ProgramPlan, type ProgramRequest, planProgram } from './plan-program.ts'
import { surroundingsOf } from './surroundings.ts'

/** An env to start something in. */
export interface StartRequest extends EnsureRequest {
  /** Bring it up first. */
  up: boolean
  /** Shell variables the compose files read. */
  variables: Record<string, string>
}

/** What `berth run` asks for. */
export interface RunRequest extends StartRequest, ProgramRequest {
  /** Another session even where the same one runs already. */
  another: boolean
  /** The caller's environment: a session runs as the user, with what the user's shell has. */
  environment: Record<string, string>
  /** Beneath it the environment of the user's login on this machine: the caller is on another one. */
  login: boolean
  columns?: number | undefined
  rows?: number | undefined
}

export interface RunResult {
  env: EnvRecord
  session: SessionView
  /** False where the same session ran already. */
  started: boolean
}

/** Makes the env if it is missing, brings it up, and starts the agent or program in a session (or finds it running). */
export async function runInEnv(deps: RunDeps, request: RunRequest, scope: OperationScope): Promise<RunResult> {
  return withEnv(deps, request, scope, (env) => runIn(deps, env, request, scope))
}

async function runIn(deps: RunDeps, env: EnvRecord, request: RunRequest, scope: OperationScope): Promise<RunResult> {
  const config = await deps.loadConfig(env.directory)
  const program = planProgram(request, config.agents, { directory: env.directory, asRoot: deps.asRoot })
  const environment = await environmentOf(deps, request)
  await requireEarly(deps, env, program, { path: environment['PATH'], login: request.login })
  await bringUp(deps, env, request, scope)
  const surroundings = await surroundingsOf(deps, env)
  const { session, started } = await startSession(deps, {
    env,
    agent: program.agent,
    argv: program.argv,
    directory: env.directory,
    environment: sessionEnvironment(environment, program.env, surroundings),
    another: request.another,
    by: { actor: scope.actor, operation: scope.id },
    ...(request.columns === undefined ? {} : { columns: request.columns }),
    ...(request.rows === undefined ? {} : { rows: request.rows }),
  })
  return { env, session, started }
}

/** A caller on another machine has none of its own here: its session gets that of the user's login. */
async function environmentOf({ programs }: RunDeps, { login, environment }: RunRequest) {
  return login ? { ...(await programs.loginEnvironment()), ...environment } : environment
}

/** Before anything is started for it; a program in the workspace may be something that only comes up with the services. */
async function requireEarly(
  deps: RunDeps,
  { directory }: EnvRecord,
  program: ProgramPlan,
  caller: { path: string | undefined; login: boolean },
): Promise<void> {
  const path = program.env['PATH'] ?? caller.path ?? ''
  if (!program.argv[0]?.includes('/')) await requireProgram(deps, { ...program, path, directory, login: caller.login })
}

/** An env without a compose file has nothing to bring up: an agent may work in it all the same. */
async function bringUp(deps: RunDeps, env: EnvRecord, request: StartRequest, scope: OperationScope): Promise<void> {
  if (!request.up) return
  const whole = { services: [], build: false, strict: false, timeoutSeconds: 600, create: null }
  const ref = { name: env.name, project: env.project }
  try {
    await upEnv(deps, { ...whole, env: ref, variables: request.variables }, { ...scope, id: `${scope.id}-up` })
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'COMPOSE_NOT_FOUND') throw error
  }
}

/** The command line that runs a program of the user's in an env's workspace, in the caller's own terminal. */
export async function rawInEnv(
  deps: RunDeps,
  request: StartRequest & { argv: string[] },
  scope: OperationScope,
): Promise<TerminalCommand> {
  return withEnv(deps, request, scope, async (env) => {
    await bringUp(deps, env, request, scope)
    return { argv: request.argv, directory: env.directory, env: whereabouts(await surroundingsOf(deps, env)) }
  })
}
