import { randomUUID } from 'node:crypto'
import { copyFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../../lib/errno.ts'
import type { WorkspaceTools } from './tools.ts'

/** Lends `work` the path of an index of its own, a copy of the one at `index` (of none: null) that is removed afterwards. */
export async function withPrivateIndex<T>(
  { temporary }: Pick<WorkspaceTools, 'temporary'>,
  index: string | null,
  work: (index: string) => Promise<T>,
): Promise<T> {
  const own = join(await temporary(), `index-${randomUUID()}`)
  try {
    if (index !== null) await copyIndex(index, own)
    return await work(own)
  } finally {
    await Promise.all([own, `${own}.lock`].map((path) => rm(path, { force: true })))
  }
}

/** With its time: git looks again at files as young as their index. A repository in which nothing was added has none. */
export async function copyIndex(from: string, to: string): Promise<void> {
  try {
    const { atime, mtime } = await stat(from)
    await copyFile(from, to)
    await utimes(to, atime, mtime)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}
