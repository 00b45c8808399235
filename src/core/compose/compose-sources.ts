import { createHash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import type { ComposeFiles } from '../ports/engine.ts'
import { dotenvValues, dotenvVariables } from './dotenv.ts'
import { type ComposeScan, scanComposeFile } from './scan.ts'
import { interpolate, type Lookup } from './template.ts'

/** Reads a file; undefined where there is none. */
export type ReadText = (path: string) => Promise<string | undefined>

/** Everything on disk and in the shell that a compose project's canonical model is made from. */
export interface ComposeSources {
  /** Absolute paths, whether there or not: one that appears changes the model too. */
  files: string[]
  /** Names of the variables read from the shell, sorted. */
  variables: string[]
}

/** Variables that Compose itself reads, whatever the files say. */
const composeVariables = [
  'COMPOSE_DISABLE_ENV_FILE',
  'COMPOSE_ENV_FILES',
  'COMPOSE_FILE',
  'COMPOSE_PATH_SEPARATOR',
  'COMPOSE_PROFILES',
  'DOCKER_BUILDKIT',
  'DOCKER_DEFAULT_PLATFORM',
]

/** Never the caller's: the env has its own directory and name. */
const ownVariables = new Set(['PWD', 'OLDPWD', 'COMPOSE_PROJECT_NAME'])

/**
 * Follows a project's compose files through `extends`, `include`, `env_file` and `.env`. Files that cannot be read or
 * are not local are left to Compose to complain about.
 */
export async function readComposeSources(
  readText: ReadText,
  project: Pick<ComposeFiles, 'files' | 'directory' | 'variables'>,
): Promise<ComposeSources> {
  const walk: Walk = { readText, texts: new Map(), variables: new Set(composeVariables) }
  const base = dirname(project.files[0] ?? join(project.directory, 'compose.yaml'))
  const named = project.variables['COMPOSE_ENV_FILES']?.split(',').map((path) => resolve(project.directory, path))
  const values = {
    ...(await readDotenvs(walk, named ?? [join(project.directory, '.env'), join(base, '.env')])),
    ...project.variables,
  }
  for (const file of project.files) await visit(walk, file, base, (name) => values[name])
  const variables = [...walk.variables].filter((name) => !ownVariables.has(name)).sort()
  return { files: [...walk.texts.keys()], variables }
}

interface Walk {
  readText: ReadText
  /** What was read so far; undefined: not there. */
  texts: Map<string, string | undefined>
  variables: Set<string>
}

/** One compose file; `base` is the directory its relative paths belong to. */
async function visit(walk: Walk, file: string, base: string, lookup: Lookup): Promise<void> {
  if (walk.texts.has(file)) return
  const scan = scanComposeFile(await read(walk, file))
  for (const name of scan.variables) walk.variables.add(name)
  const at = (path: string) => resolve(base, interpolate(path, lookup))
  await readDotenvs(walk, scan.envFiles.map(at))
  for (const path of scan.extended.filter(isLocal)) await visit(walk, at(path), dirname(at(path)), lookup)
  for (const included of scan.included) await visitIncluded(walk, included, at, lookup)
}

/** An include has a directory and dotenv files of its own. */
async function visitIncluded(
  walk: Walk,
  { paths, directory, envFiles }: ComposeScan['included'][number],
  at: (path: string) => string,
  lookup: Lookup,
): Promise<void> {
  const [first] = paths
  if (first === undefined || !paths.every(isLocal)) return
  const base = directory === undefined ? dirname(at(first)) : at(directory)
  const values = await readDotenvs(walk, envFiles.length > 0 ? envFiles.map(at) : [join(base, '.env')])
  for (const path of paths) await visit(walk, at(path), base, (name) => lookup(name) ?? values[name])
}

/** Values of dotenv files; the first to set a variable counts. */
async function readDotenvs(walk: Walk, paths: readonly string[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const path of paths) {
    const text = await read(walk, path)
    for (const name of dotenvVariables(text)) walk.variables.add(name)
    for (const [name, value] of Object.entries(dotenvValues(text))) values[name] ??= value
  }
  return values
}

async function read({ readText, texts }: Walk, path: string): Promise<string> {
  if (!texts.has(path)) texts.set(path, await readText(path))
  return texts.get(path) ?? ''
}

/** Digest over the files' contents and the shell's values: equal digest, equal canonical model. */
export async function digestComposeSources(
  readText: ReadText,
  sources: ComposeSources,
  project: Pick<ComposeFiles, 'project' | 'profiles' | 'files' | 'variables'>,
): Promise<string> {
  const { variables } = project
  const digest = createHash('sha256').update(
    JSON.stringify([
      project.project,
      project.profiles,
      project.files,
      sources.variables.map((name) => [name, variables[name]]),
    ]),
  )
  for (const file of sources.files) {
    const text = await readText(file)
    digest.update(`\0${file}\0${text === undefined ? 'absent' : `${text.length}\0${text}`}`)
  }
  return digest.digest('hex')
}

/** `oci://…`, `https://…`, `git@…` are fetched by Compose. */
function isLocal(path: string): boolean {
  return !/^(?:[a-z][a-z+]*:\/\/|git@|github\.com\/)/.test(path)
}
