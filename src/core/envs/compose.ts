import { rememberVariables } from './compose-inputs.ts'
import type { EnvDeps } from './deps.ts'
import type { TerminalCommand } from './exec.ts'
import { type EnvRef, findEnv } from './find-env.ts'
import { makePlan } from './make-plan.ts'

/** What `berth compose` asks for. */
export interface ComposeRequest {
  env: EnvRef
  argv: string[]
  variables: Record<string, string>
}

/** The `docker compose` command for an env's project, isolation included, for a terminal to run. */
export async function composeInEnv(deps: EnvDeps, request: ComposeRequest): Promise<TerminalCommand> {
  const env = await findEnv(deps, request.env)
  await rememberVariables(deps, env, request.variables)
  const plan = await makePlan(deps, env, { services: [], strict: false })
  return { ...deps.engine.composeCommand(plan.files, request.argv), directory: env.directory }
}
