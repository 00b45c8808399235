import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectFormat } from '../../../core/machines/sync/model.ts'
import type { BytePath } from '../bytes.ts'
import type { Git } from '../git.ts'
import { quotePath } from '../quoted.ts'
import type { RawFile } from './hash-files.ts'
import type { UnitStore } from './store.ts'

/** A commit of the files as they lie there; the commit that is checked out where they are just that. */
export async function stateCommit(
  git: Git,
  store: UnitStore,
  top: string,
  { head, format }: { head: string | null; format: ObjectFormat },
  files: ReadonlyMap<BytePath, RawFile | null>,
): Promise<string> {
  if (head !== null && files.size === 0) return head
  const index = store.temporary()
  const env = { ...store.env, GIT_INDEX_FILE: index }
  try {
    await git(top, head === null ? ['read-tree', '--empty'] : ['read-tree', head], { env })
    await git(top, ['update-index', '--index-info'], { env, input: indexInfo(files, format === 'sha1' ? 40 : 64) })
    const tree = (await git(top, ['write-tree'], { env })).stdout.trim()
    if (head !== null && (await git(top, ['rev-parse', `${head}^{tree}`])).stdout.trim() === tree) return head
    const args = ['hash-object', '-w', '-t', 'commit', '--stdin']
    return (await git(top, args, { env, input: commitText(tree, head) })).stdout.trim()
  } finally {
    await Promise.all([index, `${index}.lock`].map((path) => rm(path, { force: true })))
  }
}

/** What is staged, as a tree. The user's index is read from a copy: git would write into it. */
export async function stagedTree(git: Git, store: UnitStore, top: string, gitDirectory: string): Promise<string> {
  const index = store.temporary()
  try {
    await copyFile(join(gitDirectory, 'index'), index)
    return (await git(top, ['write-tree'], { env: { ...store.env, GIT_INDEX_FILE: index } })).stdout.trim()
  } finally {
    await Promise.all([index, `${index}.lock`].map((path) => rm(path, { force: true })))
  }
}

/** What `update-index --index-info` reads: removals first, so that a directory can take a file's name. */
function indexInfo(files: ReadonlyMap<BytePath, RawFile | null>, digits: number): string {
  const gone = [...files].filter(([, file]) => file === null)
  const there = [...files].filter((entry): entry is [BytePath, RawFile] => entry[1] !== null)
  return [
    ...gone.map(([path]) => `0 ${'0'.repeat(digits)}\t${quotePath(path)}\n`),
    ...there.map(([path, { mode, oid }]) => `${mode} ${oid}\t${quotePath(path)}\n`),
  ].join('')
}

/** The same files give the same commit, whenever and by whomever it is made. */
function commitText(tree: string, parent: string | null): string {
  const who = 'Berth <berth@localhost> 0 +0000'
  const parents = parent === null ? '' : `parent ${parent}\n`
  return `tree ${tree}\n${parents}author ${who}\ncommitter ${who}\n\nstate\n`
}
