import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errnoOf } from '../../lib/errno.ts'
import { textIfAny } from './if-any.ts'
import { packedRefs } from './plain-repository.ts'

/** Writes HEAD as git does where it is a plain file, which saves a program; false where refs are kept in another way. */
export async function pointHead(workspace: string, ref: string): Promise<boolean> {
  if (!(await refsInFiles(workspace))) return false
  await writeFile(join(workspace, '.git/HEAD'), `ref: ${ref}\n`)
  return true
}

/**
 * Makes a branch as git does where refs are files, which saves a program; false, and nothing is done, where they are
 * kept in another way, or a branch of another name leaves no room for it.
 */
export async function writeBranch(workspace: string, ref: string, commit: string): Promise<boolean> {
  if (!(await refsInFiles(workspace)) || (await packedInTheWay(workspace, ref))) return false
  const file = join(workspace, '.git', ref)
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${commit}\n`)
    return true
  } catch (error) {
    if (['EEXIST', 'ENOTDIR', 'EISDIR'].includes(errnoOf(error) ?? '')) return false
    throw error
  }
}

async function refsInFiles(workspace: string): Promise<boolean> {
  const head = join(workspace, '.git/HEAD')
  const plain = /^(?:ref: refs\/(?!heads\/\.invalid)|[0-9a-f]{40,64}\n$)/
  return (await lstat(head)).isFile() && plain.test(await readFile(head, 'utf8'))
}

async function packedInTheWay(workspace: string, ref: string): Promise<boolean> {
  const names = packedRefs((await textIfAny(join(workspace, '.git/packed-refs'))) ?? '').keys()
  return names.some((name) => ref.startsWith(`${name}/`) || name.startsWith(`${ref}/`))
}
