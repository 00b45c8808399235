import { join } from 'node:path'
import type * as z from 'zod'
import { readIgnoreLines } from '../../core/config/cilo.ts'
import type { ConfigFault } from '../../core/config/model.ts'
import { configSchema } from '../../core/config/schema.ts'
import { dottedKey, flatten, type WrittenFile } from '../../core/config/trace.ts'
import { AppError } from '../../core/errors.ts'
import type { Settings } from '../../core/settings/model.ts'
import { resolveSettings, settingsSchema } from '../../core/settings/schema.ts'
import { readText } from './load-project-config.ts'
import { readMovedPool } from './load-settings.ts'

type Finder = (path: readonly (string | number)[]) => { line: number }

/** `config.toml` of the state directory as it is now, and what it comes to; the defaults where it has faults. */
export async function readWrittenSettings(home: string): Promise<{ file: WrittenFile; settings: Settings }> {
  const path = join(home, 'config.toml')
  const { file, document } = await readWrittenToml(path, 'config.toml', settingsSchema)
  return { file, settings: resolveSettings(document ?? {}, await readMovedPool(home)) }
}

/** The config files of the project in `directory`, the strongest last. */
export async function readWrittenProject(directory: string): Promise<WrittenFile[]> {
  const at = (name: string) => join(directory, name)
  const [ignored, cilo] = await Promise.all([readText(at('.ciloignore')), readText(at('.cilo/config.yml'))])
  const others =
    ignored === undefined && cilo === undefined
      ? []
      : [await readWrittenCilo(at(cilo === undefined ? '.ciloignore' : '.cilo/config.yml'), cilo ?? '', ignored ?? '')]
  return [...others, (await readWrittenToml(at('berth.toml'), 'berth.toml', configSchema)).file]
}

async function readWrittenToml<S extends z.ZodType>(path: string, name: string, schema: S) {
  const text = await readText(path)
  if (text === undefined) return { file: emptyFile(path, false), document: undefined }
  const [{ readToml }, { createKeyFinder }] = await Promise.all([import('./toml.ts'), import('./toml-positions.ts')])
  return readFile(path, async () => ({ document: await readToml(text, name, schema), find: createKeyFinder(text) }))
}

/** Another tool's file says it in its own words: what it comes to has no line. */
async function readWrittenCilo(path: string, text: string, ignored: string): Promise<WrittenFile> {
  const { readCilo } = await import('./cilo.ts')
  const lines = readIgnoreLines(ignored)
  const read = async () => ({ document: readCilo(text, '.cilo/config.yml', lines), find: undefined })
  return (await readFile(path, read)).file
}

async function readFile<D>(path: string, read: () => Promise<{ document: D; find: Finder | undefined }>) {
  try {
    const { document, find } = await read()
    const entries = flatten(document).map((leaf) => {
      const line = find?.(leaf.path).line ?? null
      return [dottedKey(leaf.path), { value: leaf.value, line }] as const
    })
    return { file: { ...emptyFile(path, true), values: new Map(entries) }, document }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONFIG_INVALID') throw error
    const faults = (error.details['faults'] as ConfigFault[] | undefined) ?? []
    return { file: { ...emptyFile(path, true), faults }, document: undefined }
  }
}

const emptyFile = (path: string, exists: boolean): WrittenFile => ({ path, exists, values: new Map(), faults: [] })
