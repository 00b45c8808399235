import { open } from 'node:fs/promises'
import type { Git } from './git.ts'

/** Packs of fewer objects are kept as single files, as git's own fetch does. */
const unpackLimit = 100

/** Arguments of git that take a pack from stdin into the repository, made whole where it leans on objects of it. */
export async function takeInArguments(file: string): Promise<string[]> {
  return (await objectsIn(file)) < unpackLimit ? ['unpack-objects', '-q'] : ['index-pack', '--stdin', '--fix-thin']
}

/** The head of a pack: signature, version, number of objects. */
async function objectsIn(file: string): Promise<number> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0)
    return bytesRead < 12 ? 0 : buffer.readUInt32BE(8)
  } finally {
    await handle.close()
  }
}

/** Of these ids those that are commits here. */
export async function commitsOf(git: Git, directory: string, oids: readonly string[]): Promise<string[]> {
  const asked = oids.filter((oid) => /^[0-9a-f]{40,64}$/.test(oid))
  if (asked.length === 0) return []
  const input = asked.map((oid) => `${oid}\n`).join('')
  const { stdout } = await git(directory, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], { input })
  return stdout.split('\n').flatMap((line) => (line.endsWith(' commit') ? [line.split(' ')[0] ?? ''] : []))
}
