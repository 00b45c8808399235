import { constants, copyFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Source } from './source.ts'

/** Whether files of the source can share their blocks with copies beside the workspace: tried with one of them. */
export async function sharesBlocks(source: Source, workspace: string): Promise<boolean> {
  const sample = await sampleOf(source)
  if (sample === null) return false
  const probe = `${workspace}.probe`
  try {
    await copyFile(sample, probe, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    // whatever the reason, an ordinary copy will do, or say what is wrong
    return false
  } finally {
    await rm(probe, { force: true })
  }
}

/** A file every repository has, or any at the top of the directory. */
async function sampleOf({ root, repository }: Source): Promise<string | null> {
  if (repository !== null) return join(repository.commonDirectory, 'config')
  const file = (await readdir(root, { withFileTypes: true })).find((entry) => entry.isFile())
  return file === undefined ? null : join(root, file.name)
}
