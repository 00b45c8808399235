import { join } from 'node:path'
import { parse, stringify } from 'smol-toml'
import type { Files } from '../../core/ports.ts'
import { readText } from './load-project-config.ts'

/** Writes the engine's address into `config.toml` of the state directory (null: takes it out); every other key stays. */
export async function saveEngine(files: Pick<Files, 'writeText'>, home: string, host: string | null): Promise<void> {
  const path = join(home, 'config.toml')
  const { engine: _, ...others } = parse((await readText(path)) ?? '')
  await files.writeText(path, stringify(host === null ? others : { ...others, engine: { host } }))
}
