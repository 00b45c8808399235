import { join } from 'node:path'
import type { Settings } from '../../core/settings/model.ts'
import { resolveSettings, settingsSchema } from '../../core/settings/schema.ts'
import { readText } from './load-project-config.ts'

/** Reads `config.toml` of the state directory, every default filled in. Throws CONFIG_INVALID naming every fault. */
export async function loadSettings(home: string): Promise<Settings> {
  const text = await readText(join(home, 'config.toml'))
  const moved = await readMovedPool(home)
  if (text === undefined) return resolveSettings({}, moved)
  const { readToml } = await import('./toml.ts')
  return resolveSettings(await readToml(text, 'config.toml', settingsSchema), moved)
}

/** Where envs get their addresses, if that was changed for another machine's sake. */
export const readMovedPool = async (home: string) => (await readText(join(home, 'pool')))?.trim()
