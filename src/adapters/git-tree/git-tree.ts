import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { lstat, readFile, readlink, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { CodeTrees, TreeFile } from '../../core/ports/ci.ts'
import type { Host } from '../../core/ports.ts'
import { parseChanges, parseIndex } from './parse.ts'

interface KnownIndex {
  stamp: string
  files: readonly TreeFile[]
}

/** Trees as git sees them: it says which files differ from its index, and only those are read. */
export function createGitTrees(host: Pick<Host, 'run'>): CodeTrees {
  const known = new Map<string, KnownIndex>()
  return {
    async read(directory) {
      const top = await findRepository(directory)
      if (top === undefined) return undefined
      const [index, status] = await Promise.all([readIndex(host, directory, known), git(host, directory, statusWords)])
      const { changed, deleted, submodules } = parseChanges(status)
      if (changed.length + deleted.length + submodules.length === 0) return index
      const prefix = relative(top, directory)
      const below = (paths: readonly string[]) =>
        paths.flatMap((path) =>
          prefix === '' ? path : path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : [],
        )
      const fresh = await Promise.all(below(changed).map((path) => readNow(directory, path)))
      const gone = new Set([...below(changed), ...below(deleted), ...below(submodules)])
      const modules = below(submodules).map((path) => ({ path, mode: '160000', hash: randomBytes(20).toString('hex') }))
      const all = [...index.filter(({ path }) => !gone.has(path)), ...fresh.flatMap((file) => file ?? []), ...modules]
      return all.sort((one, other) => (one.path < other.path ? -1 : 1))
    },
    async topOf(directory) {
      const top = await findRepository(directory)
      if (top === undefined || top === directory) return directory
      // a repository around a directory it knows nothing of may be somebody's whole home
      return (await readIndex(host, directory, known)).length > 0 ? top : directory
    },
  }
}

/** The repository a directory is in: where `.git` lies. */
export async function findRepository(directory: string): Promise<string | undefined> {
  for (let at = directory; ; at = dirname(at)) {
    if (await stat(join(at, '.git')).catch(() => undefined)) return at
    if (dirname(at) === at) return undefined
  }
}

const statusWords = ['status', '--porcelain=v2', '-z', '--untracked-files=all', '--no-renames', '--', '.']

async function git(host: Pick<Host, 'run'>, cwd: string, words: readonly string[]): Promise<string> {
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' }
  const { exitCode, stdout, stderr } = await host.run(['git', ...words], { cwd, env })
  if (exitCode === 0) return stdout
  throw new AppError('GIT_FAILED', `git ${words[0]} failed in ${cwd}`, {
    details: { output: stderr.trim().split('\n') },
  })
}

/** What git has written down; read again only when it wrote anew. */
async function readIndex(host: Pick<Host, 'run'>, directory: string, known: Map<string, KnownIndex>) {
  const stamp = await stampOf(directory)
  const before = known.get(directory)
  if (before !== undefined && stamp !== undefined && before.stamp === stamp) return before.files
  const files = parseIndex(await git(host, directory, ['ls-files', '--stage', '-z']))
  if (stamp !== undefined) known.set(directory, { stamp, files })
  return files
}

/** Changes whenever git writes its index. Undefined where that does not lie in a plain `.git` directory. */
async function stampOf(directory: string): Promise<string | undefined> {
  const top = await findRepository(directory)
  const file = top && join(await gitDirectory(top), 'index')
  const found = file && (await stat(file, { bigint: true }).catch(() => undefined))
  return found ? `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : undefined
}

/** `.git`, or what the file in its place says (worktrees, submodules). */
async function gitDirectory(top: string): Promise<string> {
  const place = join(top, '.git')
  const text = await readFile(place, 'utf8').catch(() => undefined)
  const [, named] = /^gitdir: (.+)$/m.exec(text ?? '') ?? []
  return named === undefined ? place : resolve(top, named)
}

/** A file as it lies there; undefined when it is gone meanwhile, or is none (a repository inside this one). */
async function readNow(directory: string, path: string): Promise<TreeFile | undefined> {
  const file = join(directory, path)
  const found = await lstat(file).catch(() => undefined)
  if (found?.isSymbolicLink()) return { path, mode: '120000', hash: blobHash(Buffer.from(await readlink(file))) }
  if (!found?.isFile()) return undefined
  return { path, mode: found.mode & 0o100 ? '100755' : '100644', hash: await hashFile(file, found) }
}

const blobHash = (bytes: Buffer) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

/** As git does it, so that a file hashes alike before and after it is added. */
async function hashFile(file: string, { size }: Stats): Promise<string> {
  const hash = createHash('sha1').update(`blob ${size}\0`)
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
