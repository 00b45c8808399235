import { createHash, randomUUID } from 'node:crypto'
import { copyFile, mkdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { portableSettings } from '../../core/machines/sync/settings.ts'
import type { CodeHistories, CodeHistory } from '../../core/ports/ci.ts'
import type { Host } from '../../core/ports.ts'
import { withoutRepository } from '../../lib/git-environment.ts'
import { findRepository } from './git-tree.ts'

/** Stashes, notes and what other tools keep are the user's alone. */
const shared = ['refs/heads', 'refs/tags', 'refs/remotes']

interface RunOptions {
  env?: Record<string, string>
  input?: string
  appendTo?: string
}

/**
 * Histories as git tells them. What is staged is written as a tree into `store`, for nothing is written into the user's
 * own repository.
 */
export function createGitHistories(host: Pick<Host, 'run'>, store: string): CodeHistories {
  const git = createGit(host)
  return {
    read: (directory) => readHistory(git, directory, store),
    async pack(directory, history, known, file) {
      const objects = await git(directory, ['rev-parse', '--path-format=absolute', '--git-path', 'objects'])
      const env = await storeVariables(directory, (objects ?? '').trim(), store)
      const tips = await existing(git, directory, env, known)
      const wanted = tipsOf(history).filter((oid) => !tips.includes(oid))
      if (wanted.length === 0) return false
      const input = [...wanted, ...tips.map((oid) => `^${oid}`)].map((line) => `${line}\n`).join('')
      const words = ['pack-objects', '--revs', '--stdout', '--thin', '--delta-base-offset', '-q']
      const done = await git(directory, words, { env, input, appendTo: file })
      if (done === undefined) throw new AppError('GIT_FAILED', `git pack-objects failed in ${directory}`)
      return true
    },
    tips: tipsOf,
  }
}

async function readHistory(git: Git, directory: string, store: string): Promise<CodeHistory | undefined> {
  if ((await findRepository(directory)) !== directory) return undefined
  const [place, refs, config] = await Promise.all([
    git(directory, ['rev-parse', ...placeWords]),
    git(directory, ['for-each-ref', '--format=%(objectname) %(refname) %(symref)', ...shared]),
    git(directory, ['config', '--list', '-z']),
  ])
  if (place === undefined) return undefined
  const { format, shallowFile, indexFile, objects, head, branch } = parsePlace(place)
  const [shallow, index] = await Promise.all([
    readFile(shallowFile, 'utf8').catch(() => ''),
    stagedTree(git, directory, indexFile, await storeVariables(directory, objects, store)),
  ])
  return {
    head,
    // a head that is detached is called so
    branch: branch === 'HEAD' ? null : branch,
    refs: parseRefs(refs ?? ''),
    settings: portableSettings(parseSettings(config ?? '')),
    shallow,
    format: format === 'sha256' ? 'sha256' : 'sha1',
    index: index ?? head,
  }
}

/** All one process can tell; it fails where there is no commit yet. */
const placeWords =
  '--path-format=absolute --show-object-format --git-path shallow --git-path index --git-path objects HEAD^{commit} --symbolic-full-name HEAD'.split(
    ' ',
  )

/** The paths are in the same directory: what of it is a newline is one in each of them. */
function parsePlace(output: string) {
  const lines = output.replace(/\n$/, '').split('\n')
  const paths = lines.slice(1, -2)
  const each = paths.length / 3
  const [shallowFile = '', indexFile = '', objects = ''] = [0, 1, 2].map((at) =>
    paths.slice(at * each, (at + 1) * each).join('\n'),
  )
  return { format: lines[0], shallowFile, indexFile, objects, head: lines.at(-2) ?? '', branch: lines.at(-1) ?? '' }
}

/** Everything a history names. */
const tipsOf = ({ head, index, refs }: CodeHistory) => [...new Set([head, index, ...Object.values(refs)])]

type Git = ReturnType<typeof createGit>

/** Undefined where git fails. */
function createGit(host: Pick<Host, 'run'>) {
  return async (directory: string, words: readonly string[], { env, ...rest }: RunOptions = {}) => {
    const all = { ...withoutRepository(process.env), GIT_OPTIONAL_LOCKS: '0', GIT_NO_REPLACE_OBJECTS: '1', ...env }
    const { exitCode, stdout } = await host.run(['git', ...words], { cwd: directory, env: all, ...rest })
    return exitCode === 0 ? stdout : undefined
  }
}

async function storeVariables(directory: string, objects: string, store: string): Promise<Record<string, string>> {
  const own = join(store, createHash('sha256').update(directory).digest('hex').slice(0, 12))
  await mkdir(join(own, 'info'), { recursive: true, mode: 0o700 })
  const quoted = `"${objects.replaceAll(/["\\]/g, '\\$&')}"`
  return { GIT_OBJECT_DIRECTORY: own, GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted }
}

/** What is staged, as a tree; undefined where a merge waits for hands, or nothing was ever added. */
async function stagedTree(
  git: Git,
  directory: string,
  index: string,
  env: Record<string, string>,
): Promise<string | undefined> {
  const copy = join(env['GIT_OBJECT_DIRECTORY'] ?? '', `index-${randomUUID()}`)
  try {
    const { atime, mtime } = await stat(index)
    await copyFile(index, copy)
    await utimes(copy, atime, mtime)
    return (await git(directory, ['write-tree'], { env: { ...env, GIT_INDEX_FILE: copy } }))?.trim()
  } catch {
    return undefined
  } finally {
    await Promise.all([copy, `${copy}.lock`].map((file) => rm(file, { force: true })))
  }
}

/** Of these objects those that are here: what the other side has and this one lost is no ground to build on. */
async function existing(git: Git, directory: string, env: Record<string, string>, oids: readonly string[]) {
  if (oids.length === 0) return []
  const input = oids.map((oid) => `${oid}\n`).join('')
  const said = (await git(directory, ['cat-file', '--batch-check=%(objectname)'], { env, input })) ?? ''
  return said.split('\n').filter((line) => /^[0-9a-f]+$/.test(line))
}

/** `object name symref` lines; names that only stand for another (origin/HEAD) stay out. */
function parseRefs(output: string): Record<string, string> {
  const fields = output.split('\n').map((line) => line.split(' '))
  return Object.fromEntries(fields.flatMap(([oid, name, symref]) => (oid && name && !symref ? [[name, oid]] : [])))
}

function parseSettings(output: string): [string, string][] {
  const fields = output.split('\0').filter((field) => field !== '')
  return fields.map((field) => {
    const end = field.indexOf('\n')
    return end < 0 ? [field, 'true'] : [field.slice(0, end), field.slice(end + 1)]
  })
}
