import { dirname, join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Git } from './git.ts'
import { gitFailed } from './git.ts'
import { namesIfAny, textIfAny } from './if-any.ts'
import { plainRepository } from './plain-repository.ts'

/** The git repository a source belongs to. */
export interface Repository {
  /** Absolute: top of the working tree. */
  top: string
  /** Where the source lies below it: '' or `a/b/`. */
  prefix: string
  /** Absolute: HEAD, index. Different from `common` in a linked worktree. */
  gitDirectory: string
  /** Absolute: objects, refs, config. */
  commonDirectory: string
  /** Commit that is checked out; null before the first one. */
  head: string | null
}

/** Finds the repository of a directory; null where there is none, or where it knows nothing of the directory. */
export async function readRepository(git: Git, directory: string): Promise<Repository | null> {
  const plain = await plainRepository(directory)
  if (plain !== null) return plain
  const places = ['--show-toplevel', '--absolute-git-dir', '--git-common-dir', '--show-prefix']
  // before the first commit there is nothing more to say, which --revs-only takes for no fault
  const args = ['rev-parse', '--path-format=absolute', ...places, '--revs-only', 'HEAD^{commit}']
  const found = await git(directory, args, { allow: [128] })
  if (found.exitCode === 128) {
    if (found.stderr.includes('not a git repository')) return null
    if (found.stderr.includes('must be run in a work tree'))
      throw new AppError('SOURCE_INVALID', `${directory} belongs to a git repository without files (bare)`)
    throw gitFailed(args, found)
  }
  const [top, gitDirectory, commonDirectory, prefix, head, ...rest] = found.stdout.split('\n')
  if (top === undefined || gitDirectory === undefined || commonDirectory === undefined || rest.length > 1 || rest[0])
    throw new AppError('SOURCE_INVALID', `the path of ${directory} has a line break in it`)
  const repository = { top, gitDirectory, commonDirectory, prefix: prefix ?? '', head: head || null }
  return (await knows(git, repository)) ? repository : null
}

/**
 * Whether the repository has any file of the directory. A repository of dotfiles in the home directory lies above every
 * project of its user, and copying all of it would be a surprise.
 */
async function knows(git: Git, { top, prefix, head }: Repository): Promise<boolean> {
  if (prefix === '') return true
  const path = prefix.slice(0, -1)
  if (head !== null) {
    const tree = await git(top, ['rev-parse', '--verify', '--quiet', `${head}:${path}`], { allow: [1, 128] })
    if (tree.exitCode === 0) return true
  }
  return (await git(top, ['ls-files', '-z', '--', `:(top,literal)${path}`])).stdout !== ''
}

/** Files git ignores, relative to the top of the repository; whole directories as one path that ends in `/`. */
export async function listIgnored(git: Git, top: string): Promise<Set<string>> {
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory']
  return new Set((await git(top, args)).stdout.split('\0').filter((path) => path !== ''))
}

/** Linked worktrees that lie inside the working tree (`.worktrees/x`), relative to its top. */
export async function worktreesInside({ top, commonDirectory }: Repository): Promise<Set<string>> {
  const entries = await namesIfAny(join(commonDirectory, 'worktrees'))
  const files = entries.map((name) => textIfAny(join(commonDirectory, 'worktrees', name, 'gitdir')))
  const places = (await Promise.all(files)).map((text) => dirname(text?.trimEnd() ?? ''))
  return new Set(places.filter((place) => place.startsWith(`${top}/`)).map((place) => place.slice(top.length + 1)))
}

/** The commit a ref names. Throws SOURCE_INVALID where it names none. */
export async function resolveRef(git: Git, repository: Repository | null, ref: string): Promise<string> {
  if (repository === null) throw new AppError('SOURCE_INVALID', `there is no git repository to take ${ref} from`)
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]
  const { exitCode, stdout } = await git(repository.top, args, { allow: [1, 128] })
  if (exitCode === 0) return stdout.trim()
  const hint = 'pass a branch, tag or commit of this repository; git fetch brings those of others'
  throw new AppError('SOURCE_INVALID', `the repository has no commit ${JSON.stringify(ref)}`, { hint })
}
