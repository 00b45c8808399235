import { isAbsolute, join, relative, resolve } from 'node:path'
import { AppError } from '../errors.ts'
import { dotenvValues } from './dotenv.ts'

/** What decides which compose files and profiles a project is made of. */
export interface ComposeSettings {
  /** Files named on the command line or in berth.toml; they count before all else. */
  named: readonly string[]
  /** Profiles named in berth.toml; they count before COMPOSE_PROFILES. */
  profiles: readonly string[]
  /** The caller's shell, as far as it is known. */
  variables: Readonly<Record<string, string>>
  /** Directory the project was copied from: an absolute path in it means the copy. */
  copiedFrom?: string
}

/** In the order Compose prefers them (compose-go, cli/options.go). */
const baseNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']
const overrideNames = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
]

/**
 * The compose files (absolute, in merge order) and profiles of the project in `directory`, as `docker compose` there
 * would find them, except that it never looks above the directory. Throws COMPOSE_NOT_FOUND.
 */
export async function findComposeFiles(
  disk: { readText(path: string): Promise<string | undefined>; list(directory: string): Promise<string[]> },
  directory: string,
  settings: ComposeSettings,
): Promise<{ files: string[]; profiles: string[] }> {
  const dotenv = dotenvValues((await disk.readText(join(directory, '.env'))) ?? '')
  const variables = { ...dotenv, ...settings.variables }
  const chosen = chooseComposeFiles(await disk.list(directory), { ...settings, variables })
  const files = chosen.map((file) => resolve(directory, insideCopy(file, directory, settings.copiedFrom)))
  for (const file of files) {
    if ((await disk.readText(file)) === undefined)
      throw new AppError('COMPOSE_NOT_FOUND', `there is no compose file ${file}`, { details: { file } })
  }
  if (files.length === 0)
    throw new AppError('COMPOSE_NOT_FOUND', `there is no compose file in ${directory}`, { details: { directory } })
  return { files, profiles: chooseProfiles({ ...settings, variables }) }
}

/** Which of the files in a directory Compose would take; empty when none. */
export function chooseComposeFiles(listing: readonly string[], settings: Omit<ComposeSettings, 'profiles'>): string[] {
  if (settings.named.length > 0) return [...settings.named]
  const { COMPOSE_FILE: named, COMPOSE_PATH_SEPARATOR: separator } = settings.variables
  if (named) return named.split(separator || ':').filter((file) => file !== '')
  const base = baseNames.find((name) => listing.includes(name))
  if (base === undefined) return []
  const override = overrideNames.find((name) => listing.includes(name))
  return override === undefined ? [base] : [base, override]
}

/** Profiles that are active: those named, else COMPOSE_PROFILES. */
export function chooseProfiles({ profiles, variables }: Pick<ComposeSettings, 'profiles' | 'variables'>): string[] {
  if (profiles.length > 0) return [...profiles]
  return (variables['COMPOSE_PROFILES'] ?? '')
    .split(',')
    .map((profile) => profile.trim())
    .filter((profile) => profile !== '')
}

function insideCopy(file: string, directory: string, copiedFrom: string | undefined): string {
  if (copiedFrom === undefined || !isAbsolute(file)) return file
  const path = relative(copiedFrom, file)
  return path.startsWith('..') ? file : join(directory, path)
}
