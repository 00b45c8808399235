import type { Dirent } from 'node:fs'
import { readlinkSync } from 'node:fs'
import { readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { errnoOf } from '../../lib/errno.ts'
import type { BytePath } from './bytes.ts'
import { bytesAt, isText, joinBytes, textOf } from './bytes.ts'
import type { Git } from './git.ts'
import { exists, textIfAny } from './if-any.ts'
import { splitNul } from './parse.ts'
import type { Source } from './source.ts'

/** Whether a file, copied as it is, would lead back into the source: an absolute link, or the `.git` of a submodule. */
export function leadsBack(root: string, path: BytePath, isLink: boolean): boolean {
  if (!isLink) return path.endsWith('/.git') && !path.startsWith('.git/')
  return isText(path) && (targetOf(root, path) ?? '').startsWith(`${root}/`)
}

/** Where a link leads; null when it is gone. 3 µs, and a project has thousands of links at most. */
function targetOf(root: string, path: BytePath): string | null {
  try {
    return readlinkSync(bytesAt(root, path))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EINVAL') return null
    throw error
  }
}

export function mayLeadBack(root: string, directory: BytePath, entry: Dirent): boolean {
  const isLink = entry.isSymbolicLink()
  return (isLink || entry.name === '.git') && leadsBack(root, joinBytes(directory, entry.name), isLink)
}

/** Makes copied files that lead back into the source lead to the same place in the copy. */
export async function mendLeads(git: Git, source: Source, to: string, leads: readonly BytePath[]): Promise<void> {
  const paths = leads.map(textOf)
  for (const path of paths.filter((lead) => lead.endsWith('/.git'))) await mendGitFile(git, source, to, path)
  const links = paths.filter((lead) => !lead.endsWith('/.git'))
  if (links.length === 0) return
  // what git tracks is the project's own doing, and changing it would show
  const tracked = source.repository === null ? [] : await trackedOf(git, source.root, links)
  for (const path of links.filter((link) => !tracked.includes(link))) await mendLink(source.root, to, path)
}

async function trackedOf(git: Git, root: string, paths: string[]): Promise<string[]> {
  return splitNul((await git(root, ['--literal-pathspecs', 'ls-files', '-z', '--', ...paths])).stdout)
}

/** The copy may be mounted elsewhere, so its links are relative. */
async function mendLink(root: string, to: string, path: string): Promise<void> {
  const link = join(to, path)
  if (!(await exists(link))) return
  const target = (await readlink(link)).slice(root.length + 1)
  await rm(link)
  await symlink(relative(dirname(link), join(to, target)) || '.', link)
}

/** `gitdir: …` of a submodule. One that leads to a repository that is no part of the copy is removed. */
async function mendGitFile(git: Git, source: Source, to: string, path: string): Promise<void> {
  const file = join(to, path)
  const led = /^gitdir: (.+?)\n?$/s.exec((await textIfAny(file)) ?? '')?.[1]
  if (led === undefined) return
  const place = placeInCopy(source, resolve(dirname(join(source.root, path)), led))
  if (place === null || !(await exists(join(to, place)))) {
    await rm(file)
    return
  }
  await writeFile(file, `gitdir: ${relative(dirname(path), place)}\n`)
  const config = join(to, place, 'config')
  if (/worktree/i.test((await textIfAny(config)) ?? ''))
    await git('/', ['config', '--file', config, 'core.worktree', relative(place, dirname(path))])
}

/** Where something of the source's repository is in the copy, relative to its top; null: nowhere. */
function placeInCopy({ root, repository }: Source, path: string): string | null {
  const moved: [string, string][] = [[root, '']]
  if (repository !== null) moved.unshift([repository.gitDirectory, '.git'], [repository.commonDirectory, '.git'])
  const found = moved.find(([from]) => path.startsWith(`${from}/`))
  return found === undefined ? null : join(found[1], path.slice(found[0].length + 1))
}
