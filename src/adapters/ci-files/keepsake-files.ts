import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunKeepsakes, StagePart } from '../../core/ports/ci.ts'

/** In the directory of each run: `keepsake.json`, and `<stage>.part` for each stage that runs. */
export function createKeepsakeFiles<K>(directory: string): RunKeepsakes<K> {
  const file = (id: string) => join(directory, id, 'keepsake.json')
  const partFile = (id: string, stage: number) => join(directory, id, `${stage}.part`)
  return {
    save: (id, keepsake) => write(file(id), keepsake),
    read: (id) => read<K>(file(id)),
    savePart: (id, stage, part) => write(partFile(id, stage), part),
    readPart: (id, stage) => read<StagePart>(partFile(id, stage)),
    drop: (id) => rm(file(id), { force: true }),
  }
}

/** Not synced: it is to outlive the daemon, not the machine. */
async function write(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, JSON.stringify(value), { mode: 0o600 })
  await rename(temporary, path)
}

async function read<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T
  } catch {
    return undefined
  }
}
