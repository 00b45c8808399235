import { type EnsureRequest, ensureEnv } from '../envs/ensure-env.ts'
import type { TerminalCommand } from '../envs/exec.ts'
import type { EnvRecord } from '../envs/model.ts'
import { upEnv } from '../envs/up.ts'
import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { SessionView } from '../sessions/model.ts'
import { sessionEnvironment, whereabouts } from '../sessions/session-environment.ts'
import { startSession } from '../sessions/start-session.ts'
import type { RunDeps } from './deps.ts'
import { type ProgramRequest, planProgram } from './plan-program.ts'
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
  const env = await ensureEnv(deps, request, scope)
  const config = await deps.loadConfig(env.directory)
  const program = planProgram(request, config.agents, { directory: env.directory, asRoot: deps.asRoot })
  await bringUp(deps, env, request, scope)
  const surroundings = await surroundingsOf(deps, env)
  const { session, started } = await startSession(deps, {
    env,
    agent: program.agent,
    argv: program.argv,
    directory: env.directory,
    environment: sessionEnvironment(request.environment, program.env, surroundings),
    another: request.another,
    ...(request.columns === undefined ? {} : { columns: request.columns }),
    ...(request.rows === undefined ? {} : { rows: request.rows }),
  })
  return { env, session, started }
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
  const env = await ensureEnv(deps, request, scope)
  await bringUp(deps, env, request, scope)
  return { argv: request.argv, directory: env.directory, env: whereabouts(await surroundingsOf(deps, env)) }
}
