import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { LeftOut, SyncUnit } from '../../../core/machines/sync/model.ts'
import { looksSecret } from '../../../core/machines/sync/secret-files.ts'
import type { BytePath } from '../bytes.ts'
import { joinBytes, textOf } from '../bytes.ts'
import type { Git } from '../git.ts'
import { exists } from '../if-any.ts'
import type { Repository } from '../read-repository.ts'
import { worktreesInside } from '../read-repository.ts'
import { emptyDirectories } from './empty-directories.ts'
import { hashFiles } from './hash-files.ts'
import { readFacts } from './repository-facts.ts'
import { stagedTree, stateCommit } from './state-commit.ts'
import { parsePaths, parseStatus, parseTags } from './status.ts'
import { openUnitStore } from './store.ts'
import { readUnderWay } from './under-way.ts'

/** What one repository (or a directory that is none) was found to be. */
export interface Look {
  unit: SyncUnit
  leftOut: LeftOut[]
  /** Ignored and secret files that are wanted, relative to the top of the project. */
  extras: BytePath[]
  /** Repositories inside, relative to it. */
  inside: BytePath[]
}

/** Where a unit lies. */
export interface Place {
  /** Absolute. */
  top: string
  /** Relative to the top of the project: '' or `libs/x`. */
  path: BytePath
  repository: Repository | null
  /** Absolute; for the stores of all units of the project. */
  stores: string
}

/** Which files beyond git's travel; paths are relative to the top of the project, directories end in `/`. */
export interface Choice {
  include: (path: string) => boolean
  exclude: (path: string) => boolean
}

/** Where the store of a unit is. */
export const storeOf = (stores: string, path: string) =>
  join(stores, createHash('sha256').update(path).digest('hex').slice(0, 12))

/** Looks at one repository: what its files are now, byte for byte. */
export async function lookAtRepository(
  git: Git,
  place: Place & { repository: Repository },
  choice: Choice,
): Promise<Look> {
  const { top, path, repository } = place
  const [facts, status, tags, ignored, directories, worktrees, store] = await readAll(git, place)
  const { changed, untracked, repositories, staged, unmerged } = parseStatus(status)
  const { unwatched, skipped, submodules } = parseTags(tags)
  const odd = (await hasAttributes(repository, tags + status)) ? await convertedFiles(git, top) : []
  const chosen = choose({ untracked, ignored: parsePaths(ignored) }, path, choice)
  const converted = facts.convertsAll ? parsePaths(await read(git, top, ['ls-files'])) : odd
  const candidates = new Set([...changed, ...unwatched, ...skipped, ...converted, ...chosen.files])
  const { files, unreadable } = await hashFiles(git, store, top, [...candidates])
  const { format, convertsAll: _, sparse: patterns, ...rest } = facts
  const absent = skipped.filter((each) => files.get(each) === null)
  const sparse = patterns === null ? null : { patterns, absent }
  const state = await stateCommit(git, store, top, facts, files)
  const { underWay, index } = (await readUnderWay(git, store, repository)) ?? {
    underWay: null,
    index: staged && !unmerged ? await stagedTree(git, store, top, repository.gitDirectory) : facts.head,
  }
  const empty = await emptyOf(place, { directories, ignored }, choice)
  const nested = [...submodules, ...repositories.filter((each) => !worktrees.has(textOf(each)))]
  return {
    unit: {
      path,
      format,
      state,
      empty,
      repository: { ...rest, sparse, index, underWay },
    },
    leftOut: [...chosen.leftOut, ...unreadable.map((each) => left(path, each, 'unreadable'))],
    extras: chosen.extras,
    inside: nested.map((each) => joinBytes(path, each)),
  }
}

/** All that git says, at once. */
function readAll(git: Git, { top, path, repository, stores }: Place & { repository: Repository }) {
  const objects = join(repository.commonDirectory, 'objects')
  return Promise.all([
    readFacts(git, repository),
    read(git, top, ['status', '--porcelain=v2', '--no-renames', '--untracked-files=all', '--ignore-submodules=all']),
    read(git, top, ['ls-files', '--stage', '-v']),
    read(git, top, ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory']),
    read(git, top, ['ls-files', '--others', '--exclude-standard', '--directory']),
    worktreesInside(repository),
    openUnitStore(git, storeOf(stores, path), { top, objects }),
  ])
}

/** Looks at a directory without a repository: every file of it is as if it had never been added. */
export async function lookAtDirectory(git: Git, { top, path, stores }: Place, choice: Choice): Promise<Look> {
  const store = await openUnitStore(git, storeOf(stores, path), { top, objects: null })
  const list = (more: string[]) => read(git, top, ['ls-files', '--others', '--exclude-standard', ...more], store.env)
  const [all, ignored, directories] = await Promise.all([
    list([]),
    list(['--ignored', '--directory']),
    list(['--directory']),
  ])
  const paths = parsePaths(all)
  const untracked = paths.filter((each) => !each.endsWith('/'))
  const chosen = choose({ untracked, ignored: parsePaths(ignored) }, path, choice)
  const { files, unreadable } = await hashFiles(git, store, top, chosen.files)
  const state = await stateCommit(git, store, top, { head: null, format: 'sha1' }, files)
  return {
    unit: {
      path,
      format: 'sha1',
      state,
      empty: await emptyOf({ top, path }, { directories, ignored }, choice),
      repository: null,
    },
    leftOut: [...chosen.leftOut, ...unreadable.map((each) => left(path, each, 'unreadable'))],
    extras: chosen.extras,
    inside: paths.filter((each) => each.endsWith('/')).map((each) => joinBytes(path, each.slice(0, -1))),
  }
}

/** As git lists them; what stays here by its name takes its directory along. */
function emptyOf(
  { top, path }: Pick<Place, 'top' | 'path'>,
  { directories, ignored }: { directories: string; ignored: string },
  { include, exclude }: Choice,
): Promise<BytePath[]> {
  const isLeft = (each: BytePath) => {
    const whole = textOf(joinBytes(path, each))
    return exclude(whole) || (looksSecret(whole) && !include(whole))
  }
  return emptyDirectories({ top, untracked: parsePaths(directories), ignored: parsePaths(ignored), isLeft })
}

/** Prints paths so that every byte of them can be told. */
async function read(git: Git, top: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return (await git(top, ['-c', 'core.quotePath=true', '-c', 'status.relativePaths=false', ...args], { env })).stdout
}

/** Whether anything says how files are to be converted: most projects have nothing that does. */
async function hasAttributes({ commonDirectory }: Repository, said: string): Promise<boolean> {
  return said.includes('.gitattributes') || (await exists(join(commonDirectory, 'info/attributes')))
}

/** Files a program or a line end rule makes look otherwise in the working tree than git keeps them. */
async function convertedFiles(git: Git, top: string): Promise<BytePath[]> {
  const [filtered, lineEnds] = await Promise.all([
    read(git, top, ['ls-files', '--', ':(top,exclude,attr:!filter !ident !working-tree-encoding)']),
    read(git, top, ['ls-files', '--', ':(top,attr:eol=crlf)']),
  ])
  return [...parsePaths(filtered), ...parsePaths(lineEnds)]
}

/** Sorts what git does not track into what travels as a state, what by rsync, and what stays. */
function choose(
  { untracked, ignored }: { untracked: BytePath[]; ignored: BytePath[] },
  path: BytePath,
  { include, exclude }: Choice,
): { files: BytePath[]; extras: BytePath[]; leftOut: LeftOut[] } {
  const files: BytePath[] = []
  const extras: BytePath[] = []
  const leftOut: LeftOut[] = []
  for (const each of untracked) {
    const whole = textOf(joinBytes(path, each))
    if (exclude(whole)) continue
    if (!looksSecret(whole) || include(whole)) files.push(each)
    else leftOut.push(left(path, each, 'secret'))
  }
  for (const each of ignored) {
    const whole = joinBytes(path, each)
    if (exclude(textOf(whole))) continue
    if (include(textOf(whole))) extras.push(whole)
    else leftOut.push(left(path, each, looksSecret(textOf(whole)) ? 'secret' : 'ignored'))
  }
  return { files, extras, leftOut }
}

const left = (path: BytePath, each: BytePath, reason: LeftOut['reason']): LeftOut => ({
  path: textOf(joinBytes(path, each)),
  reason,
})
