import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readIgnoreLines } from '../../core/config/cilo.ts'
import type { ProjectConfig } from '../../core/config/model.ts'
import { overlayConfig, resolveConfig } from '../../core/config/resolve.ts'
import { configSchema } from '../../core/config/schema.ts'
import { AppError } from '../../core/errors.ts'

/**
 * Reads the config of the project in `directory` (the directory itself, no parents): `berth.toml` over what
 * `.cilo/config.yml` and `.ciloignore` say, every default filled in. Throws CONFIG_INVALID naming every fault of a file.
 */
export async function loadProjectConfig(directory: string): Promise<ProjectConfig> {
  const paths = ['.ciloignore', '.cilo/config.yml', 'berth.toml'].map((name) => join(directory, name))
  const [ignoreText, ciloText, tomlText] = await Promise.all(paths.map(readText))
  const sources = paths.filter((_, index) => [ignoreText, ciloText, tomlText][index] !== undefined)

  // the parsers are loaded for those projects only that have the files
  const cilo =
    ciloText === undefined && ignoreText === undefined
      ? {}
      : (await import('./cilo.ts')).readCilo(ciloText ?? '', '.cilo/config.yml', readIgnoreLines(ignoreText ?? ''))
  const toml =
    tomlText === undefined ? {} : await (await import('./toml.ts')).readToml(tomlText, 'berth.toml', configSchema)
  return resolveConfig(overlayConfig(cilo, toml), sources)
}

/** Text of a config file, or undefined where there is none. Throws CONFIG_INVALID when it cannot be read. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new AppError('CONFIG_INVALID', `cannot read ${path}: ${(error as Error).message}`, {
      hint: 'make the file readable, or remove it',
      cause: error,
    })
  }
}
