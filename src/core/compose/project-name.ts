import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { slug } from '../../lib/slug.ts'
import { AppError } from '../errors.ts'
import { findComposeFiles } from './compose-files.ts'
import { dotenvValues } from './dotenv.ts'
import { interpolate } from './template.ts'

type Disk = Parameters<typeof findComposeFiles>[0]

/** The longest name a project has. */
const longest = 40

/**
 * What the compose files of a directory call their project (`name:`, of the last file that has one, its variables filled
 * in from `.env`), as a DNS label; undefined where they do not say. `named`: the files berth.toml names.
 */
export async function composeProjectName(
  disk: Disk,
  directory: string,
  named: readonly string[],
): Promise<string | undefined> {
  const files = await filesOf(disk, directory, named)
  for (const file of files.toReversed()) {
    const written = nameIn((await disk.readText(file)) ?? '')
    if (written === undefined) continue
    const values = dotenvValues((await disk.readText(join(directory, '.env'))) ?? '')
    return (
      slug(
        interpolate(written, (name) => values[name]),
        longest,
      ) || undefined
    )
  }
  return undefined
}

async function filesOf(disk: Disk, directory: string, named: readonly string[]): Promise<string[]> {
  try {
    return (await findComposeFiles(disk, directory, { named, profiles: [], variables: {} })).files
  } catch (error) {
    if (error instanceof AppError && error.code === 'COMPOSE_NOT_FOUND') return []
    throw error
  }
}

/** Most files have no name, and are not parsed for it. */
function nameIn(text: string): string | undefined {
  if (!/^\s*["']?name["']?\s*:|^\s*\{/m.test(text)) return undefined
  const name: unknown = parseDocument(text, { logLevel: 'silent', uniqueKeys: false, prettyErrors: false }).get('name')
  return typeof name === 'string' ? name : undefined
}
