import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { version } from '../../lib/version.ts'
import { AppError } from '../errors.ts'
import type { ComposeFiles } from '../ports.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'

/** What an env's compose project is made from, before isolation. */
export interface ComposeInputs {
  /** The user's files, without Berth's override. */
  files: ComposeFiles
  /** Digest over all of it: equal key, equal plan. */
  key: string
}

type InputDeps = Pick<EnvDeps, 'files' | 'paths' | 'loadConfig'>

/** Finds an env's compose files, profiles and remembered variables. Throws COMPOSE_NOT_FOUND, CONFIG_INVALID. */
export async function composeInputs(deps: InputDeps, env: EnvRecord): Promise<ComposeInputs> {
  const config = await deps.loadConfig(env.directory)
  const named = env.composeFiles.length > 0 ? env.composeFiles : config.project.files
  const files = await composeFilesIn(deps, env.directory, named)
  const variables = await rememberedVariables(deps, env)
  const profiles = config.project.profiles
  const digest = createHash('sha256').update(
    JSON.stringify([version, env.subnet, env.shared, variables, profiles, config.env]),
  )
  for (const file of [...files, join(env.directory, '.env')]) {
    digest.update(`\0${file}\0${(await deps.files.readText(file)) ?? ''}`)
  }
  return {
    files: { project: env.composeProject, directory: env.directory, files, profiles, variables },
    key: digest.digest('hex'),
  }
}

const bases = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

async function composeFilesIn(deps: InputDeps, workspace: string, named: readonly string[]): Promise<string[]> {
  if (named.length > 0) return named.map((file) => join(workspace, file))
  const present = new Set(await deps.files.list(workspace))
  const base = bases.find((name) => present.has(name))
  if (base === undefined) throw new AppError('COMPOSE_NOT_FOUND', `there is no compose file in ${workspace}`)
  const stem = base.replace(/\.ya?ml$/, '')
  const override = ['yaml', 'yml'].map((end) => `${stem}.override.${end}`).find((name) => present.has(name))
  return [base, ...(override === undefined ? [] : [override])].map((file) => join(workspace, file))
}

/** Values of shell variables as the last `up` was given them: what Compose reads must not depend on who asks. */
export async function rememberedVariables(
  deps: Pick<EnvDeps, 'files' | 'paths'>,
  env: EnvRecord,
): Promise<Record<string, string>> {
  const text = await deps.files.readText(deps.paths.variables(env.id))
  return text === undefined ? {} : (JSON.parse(text) as Record<string, string>)
}

/** Keeps the values given; those not given stay as they were. The file is 0600: a value may be a secret. */
export async function rememberVariables(
  deps: Pick<EnvDeps, 'files' | 'paths'>,
  env: EnvRecord,
  given: Record<string, string>,
): Promise<void> {
  const known = await rememberedVariables(deps, env)
  const merged = { ...known, ...given }
  if (JSON.stringify(merged) === JSON.stringify(known)) return
  await deps.files.writeText(deps.paths.variables(env.id), JSON.stringify(merged))
}
