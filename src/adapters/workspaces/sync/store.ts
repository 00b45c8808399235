import { randomUUID } from 'node:crypto'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../../../lib/write-atomic.ts'
import type { BytePath } from '../bytes.ts'
import { bytesOf } from '../bytes.ts'
import type { Git } from '../git.ts'
import { namesIfAny, textIfAny } from '../if-any.ts'
import { quotePath } from '../quoted.ts'

/** What Berth keeps of one repository of a project between syncs; nothing of it lies in the user's own. */
export interface UnitStore {
  directory: string
  /** Variables with which git reads the user's objects and writes into ours. */
  env: Record<string, string>
  /** Hashes of files as they were, by path. */
  hashes: Map<BytePath, FileHash>
  save(): Promise<void>
  /** A file of the moment. */
  temporary(): string
}

/** What a file looked like when it had this hash. */
export type FileHash = readonly [look: string, oid: string]

/** Loose objects of changed files are left to pile up until there are so many, then begun anew. */
const manyObjects = 20_000

/** Opens the store of a repository (its objects in `objects`), or of a directory `top` that is none (null). */
export async function openUnitStore(
  git: Git,
  directory: string,
  { top, objects }: { top: string; objects: string | null },
): Promise<UnitStore> {
  if (await isLarge(directory)) await rm(directory, { recursive: true, force: true })
  await mkdir(join(directory, 'objects/info'), { recursive: true, mode: 0o700 })
  const plain = join(directory, 'plain.git')
  if (objects === null) await makeRepository(git, plain)
  const file = join(directory, 'hashes.json')
  const hashes = new Map(JSON.parse((await textIfAny(file)) ?? '[]') as [string, FileHash][])
  const where: Record<string, string> =
    objects === null
      ? { GIT_DIR: plain, GIT_WORK_TREE: top }
      : { GIT_ALTERNATE_OBJECT_DIRECTORIES: quotePath(bytesOf(objects)) }
  return {
    directory,
    env: { GIT_OBJECT_DIRECTORY: join(directory, 'objects'), GIT_NO_REPLACE_OBJECTS: '1', ...where },
    hashes,
    save: () => writeAtomic(file, JSON.stringify([...hashes])),
    temporary: () => join(directory, `tmp-${randomUUID()}`),
  }
}

async function makeRepository(git: Git, directory: string): Promise<void> {
  const made = await stat(join(directory, 'HEAD')).catch(() => null)
  if (made === null) await git('/', ['init', '--quiet', '--bare', '--template=', directory])
}

/** Two-letter directories hold the objects evenly: one of them tells of all. */
async function isLarge(directory: string): Promise<boolean> {
  return (await namesIfAny(join(directory, 'objects/17'))).length * 256 > manyObjects
}
