import { findComposeFiles } from '../compose/compose-files.ts'
import { readComposeSources } from '../compose/compose-sources.ts'
import { AppError } from '../errors.ts'
import { findProject } from '../projects/find-project.ts'
import { composeInputs } from './compose-inputs.ts'
import type { EnvDeps } from './deps.ts'
import { type EnvRef, findEnv } from './find-env.ts'

type VariableDeps = Pick<EnvDeps, 'store' | 'files' | 'paths' | 'loadConfig'>

/**
 * Names of the shell variables the compose files of an env read; for an env that is still to be made those of the
 * project in the directory. Empty where there is no compose file.
 */
export async function envVariables(deps: VariableDeps, ref: EnvRef): Promise<string[]> {
  try {
    const env = await findEnv(deps, ref)
    return (await composeInputs(deps, env)).sources.variables
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'ENV_NOT_FOUND') return projectVariables(deps, ref.directory)
    if (error.code === 'COMPOSE_NOT_FOUND') return []
    throw error
  }
}

async function projectVariables(deps: VariableDeps, directory: string | undefined): Promise<string[]> {
  const project = await findProject(deps, directory)
  if (!project) return []
  const { project: settings } = await deps.loadConfig(project.directory)
  try {
    const named = { named: settings.files, profiles: settings.profiles, variables: {} }
    const { files } = await findComposeFiles(deps.files, project.directory, named)
    const sources = { files, directory: project.directory, variables: {} }
    return (await readComposeSources((path) => deps.files.readText(path), sources)).variables
  } catch (error) {
    if (error instanceof AppError && error.code === 'COMPOSE_NOT_FOUND') return []
    throw error
  }
}
