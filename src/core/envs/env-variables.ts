import { composeInputs } from './compose-inputs.ts'
import type { EnvDeps } from './deps.ts'
import { type EnvRef, findEnv } from './find-env.ts'

/** Names of the shell variables the compose files of an env read. */
export async function envVariables(deps: EnvDeps, ref: EnvRef): Promise<string[]> {
  const env = await findEnv(deps, ref)
  const { files } = await composeInputs(deps, env)
  const names = new Set<string>()
  for (const file of files.files) {
    const text = (await deps.files.readText(file)) ?? ''
    for (const match of text.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)) names.add(match[1] ?? '')
  }
  return [...names]
}
