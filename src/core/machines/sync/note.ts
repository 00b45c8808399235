import { join } from 'node:path'
import { slug } from '../../../lib/slug.ts'
import type { Files } from '../../ports/files.ts'

/** What is remembered of a project and one machine. */
export interface SyncNote {
  /** What was told of files that stay behind. */
  said: string | null
  /** Paths that may have gone by rsync. */
  extras: string[]
}

const fileOf = (state: string, machine: string) => join(state, `to-${slug(machine)}.json`)

/** Remembers which directory a state is of, so that what comes back finds it. */
export async function noteTop(files: Files, state: string, top: string): Promise<void> {
  const file = join(state, 'top.txt')
  if ((await files.readText(file)) !== top) await files.writeText(file, top)
}

/** The directory a mirror of this BERTH_HOME is a copy of. */
export async function topOf(files: Files, sync: string, key: string): Promise<string | undefined> {
  const digest = /-([0-9a-f]{16})$/.exec(key)?.[1]
  return digest === undefined ? undefined : files.readText(join(sync, digest, 'top.txt'))
}

/** Reads it; what cannot be read was never written. */
export async function readNote(files: Files, state: string, machine: string): Promise<SyncNote> {
  const text = await files.readText(fileOf(state, machine))
  return text === undefined ? { said: null, extras: [] } : (JSON.parse(text) as SyncNote)
}

export const writeNote = (files: Files, state: string, machine: string, note: SyncNote): Promise<void> =>
  files.writeText(fileOf(state, machine), JSON.stringify(note))
