import { createHash } from 'node:crypto'
import { version } from '../../lib/version.ts'
import { findComposeFiles } from '../compose/compose-files.ts'
import { type ComposeSources, digestComposeSources, readComposeSources } from '../compose/compose-sources.ts'
import type { ComposeFiles } from '../ports.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord } from './model.ts'

/** What an env's compose project is made from, before isolation. */
export interface ComposeInputs {
  /** The user's files, without Berth's override. */
  files: ComposeFiles
  /** Everything on disk and in the shell those are made from. */
  sources: ComposeSources
}

type InputDeps = Pick<EnvDeps, 'files' | 'paths' | 'loadConfig'>

/** Finds an env's compose files, profiles and remembered variables. Throws COMPOSE_NOT_FOUND, CONFIG_INVALID. */
export async function composeInputs(deps: InputDeps, env: EnvRecord): Promise<ComposeInputs> {
  const [config, variables] = await Promise.all([deps.loadConfig(env.directory), rememberedVariables(deps, env)])
  const { files, profiles } = await findComposeFiles(deps.files, env.directory, {
    named: env.composeFiles.length > 0 ? env.composeFiles : config.project.files,
    profiles: config.project.profiles,
    variables,
    ...(env.source.kind === 'empty' ? {} : { copiedFrom: env.source.directory }),
  })
  const project = { project: env.composeProject, directory: env.directory, files, profiles, variables }
  return { files: project, sources: await readComposeSources(readText(deps), project) }
}

/** Digest over the inputs and all of the env that the plan depends on: equal key, equal plan. */
export async function planKey(deps: InputDeps, env: EnvRecord, { files, sources }: ComposeInputs): Promise<string> {
  const [digest, config] = await Promise.all([
    digestComposeSources(readText(deps), sources, files),
    deps.loadConfig(env.directory),
  ])
  const facts = [version, digest, env.subnet, env.shared, config.project.ingress, config.env.limits]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

const readText = (deps: InputDeps) => (path: string) => deps.files.readText(path)

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
