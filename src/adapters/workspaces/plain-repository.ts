import { lstat, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exists, textIfAny } from './if-any.ts'
import type { Repository } from './read-repository.ts'

/** Settings that put a part of a repository elsewhere, or keep its refs in another way. */
const unusual = /include|extensions|worktree|bare|repositoryformatversion/i
/** What nearly every repository says of these. */
const usual = /^[ \t]*(?:bare[ \t]*=[ \t]*false|repositoryformatversion[ \t]*=[ \t]*0)[ \t]*$/gm

/**
 * What git would say of a repository that is as most are: a directory `.git` at the top, of the same user, with its refs
 * in files. Read here it saves a program. null where anything is otherwise, or none is there: then git is asked.
 */
export async function plainRepository(top: string): Promise<Repository | null> {
  const gitDirectory = join(top, '.git')
  const [own, config, elsewhere, head] = await Promise.all([
    isOwn(top, gitDirectory),
    textIfAny(join(gitDirectory, 'config')),
    exists(join(gitDirectory, 'commondir')),
    readHead(gitDirectory),
  ])
  if (!own || config === null || elsewhere || top.includes('\n') || unusual.test(config.replaceAll(usual, '')))
    return null
  return head === null ? null : { top, prefix: '', gitDirectory, commonDirectory: gitDirectory, head }
}

/** Git refuses repositories of other users, but for those a setting names. */
async function isOwn(top: string, gitDirectory: string): Promise<boolean> {
  if (!(await exists(gitDirectory))) return false
  const [above, inside] = await Promise.all([stat(top), lstat(gitDirectory)])
  const user = process.geteuid?.()
  return inside.isDirectory() && above.uid === user && inside.uid === user
}

/** The commit that is checked out; null where there is none yet, or it is not told in the usual way. */
async function readHead(gitDirectory: string): Promise<string | null> {
  const head = (await textIfAny(join(gitDirectory, 'HEAD'))) ?? ''
  if (hash.test(head)) return head.trimEnd()
  const ref = /^ref: (refs\/heads\/[^\0\n]+)\n$/.exec(head)?.[1]
  if (ref === undefined || ref.split('/').some((part) => part === '' || part.startsWith('.'))) return null
  // in this order: git writes a ref into the packed ones before it removes its file
  const loose = await textIfAny(join(gitDirectory, ref))
  if (loose !== null) return hash.test(loose) ? loose.trimEnd() : null
  return packedRefs((await textIfAny(join(gitDirectory, 'packed-refs'))) ?? '').get(ref) ?? null
}

/** Refs of a `packed-refs` file: name and commit (or tag). */
export function packedRefs(text: string): Map<string, string> {
  const lines = text.split('\n').map((line) => /^([0-9a-f]{40,64}) (refs\/.+)$/.exec(line))
  return new Map(lines.filter((line) => line !== null).map(([, id = '', name = '']) => [name, id]))
}

const hash = /^[0-9a-f]{40}(?:[0-9a-f]{24})?\n$/
