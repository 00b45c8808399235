import { open, rename, rm } from 'node:fs/promises'

/** Replaces a file's contents as a whole: whoever reads it, also after a crash, sees the old or the new. */
export async function writeAtomic(path: string, contents: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2, 10)}.tmp`
  try {
    const file = await open(temporary, 'wx', mode)
    try {
      await file.writeFile(contents)
      await file.chmod(mode) // whatever the umask took away
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
