import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { errnoOf } from '../../lib/errno.ts'
import type { BytePath } from './bytes.ts'
import type { CopyTools } from './copy-tree.ts'
import { copyTree } from './copy-tree.ts'
import type { PackStore } from './packs.ts'
import { planCopy } from './plan-copy.ts'
import { objectFiles } from './repository-files.ts'
import { walk } from './walk.ts'

export interface ObjectsJob {
  /** Git directories: the objects of one are copied to the other. */
  from: string
  to: string
  /** Large packs are linked from here; null where files share blocks anyway. */
  packs: PackStore | null
  signal?: AbortSignal | undefined
}

/** A repack writes the new pack before it removes what is in it; two of them during one copy are unheard of. */
const attempts = 4

/**
 * Copies the objects of a repository whose owner goes on working: when packs came or went meanwhile, what is missing is
 * fetched again, so that the copy is never short of an object that moved.
 */
export async function copyObjects(tools: CopyTools, job: ObjectsJob): Promise<void> {
  const packsOf = () => packsIn(join(job.from, 'objects/pack'))
  await mkdir(join(job.to, 'objects/pack'), { recursive: true })
  for (let attempt = 1, before = await packsOf(); attempt <= attempts; attempt += 1) {
    await copyMissing(tools, job)
    const after = await packsOf()
    if (after.join('/') === before.join('/')) return
    before = after
  }
  throw new AppError('GIT_FAILED', `the objects of ${job.from} change faster than they can be copied`, {
    hint: 'wait until git gc (or fetch) has ended there, then run it again',
  })
}

async function copyMissing(tools: CopyTools, { from, to, packs, signal }: ObjectsJob): Promise<void> {
  const shared = packs === null ? [] : await packs.largeIn(join(from, 'objects/pack'))
  const present = new Set(await filesBelow(join(to, 'objects')))
  const unwanted = (path: BytePath) => present.has(path) || shared.includes(stemOf(path))
  const { top } = await walk(from, objectFiles(unwanted), 'objects')
  if (top === null) return
  // a notice of something that vanished is no news here: packs tell whether it has moved
  await copyTree(tools, { from, to, plan: planCopy(top), signal })
  for (const stem of shared) await packs?.share(stem, join(from, 'objects/pack'), join(to, 'objects/pack'), signal)
}

/** Files that are there already; objects never change, so they need no second look. */
async function filesBelow(objects: string): Promise<string[]> {
  const entries = await readdir(objects, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) => `objects${entry.parentPath.slice(objects.length)}/${entry.name}`)
}

/** `objects/pack/pack-1f.idx` → `pack-1f` */
function stemOf(path: BytePath): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return name.slice(0, name.includes('.') ? name.indexOf('.') : undefined)
}

async function packsIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith('.pack')).sort()
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}
