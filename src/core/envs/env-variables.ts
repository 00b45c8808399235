import { composeInputs } from './compose-inputs.ts'
import type { EnvDeps } from './deps.ts'
import { type EnvRef, findEnv } from './find-env.ts'

/** Names of the shell variables the compose files of an env read. Throws ENV_NOT_FOUND, COMPOSE_NOT_FOUND. */
export async function envVariables(
  deps: Pick<EnvDeps, 'store' | 'files' | 'paths' | 'loadConfig'>,
  ref: EnvRef,
): Promise<string[]> {
  const { sources } = await composeInputs(deps, await findEnv(deps, ref))
  return sources.variables
}
