import { join } from 'node:path'
import type { Settings } from '../../core/settings/model.ts'
import { resolveSettings, settingsSchema } from '../../core/settings/schema.ts'
import { readText } from './load-project-config.ts'

/** Reads `config.toml` of the state directory, every default filled in. Throws CONFIG_INVALID naming every fault. */
export async function loadSettings(home: string): Promise<Settings> {
  const text = await readText(join(home, 'config.toml'))
  if (text === undefined) return resolveSettings({})
  const { readToml } = await import('./toml.ts')
  return resolveSettings(await readToml(text, 'config.toml', settingsSchema))
}
