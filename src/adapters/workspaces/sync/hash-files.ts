import type { BigIntStats } from 'node:fs'
import { access, constants, lstat, mkdir, readlink, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../../../lib/errno.ts'
import type { BytePath } from '../bytes.ts'
import { bytesAt, bytesOf } from '../bytes.ts'
import type { Git } from '../git.ts'
import { quotePath } from '../quoted.ts'
import type { UnitStore } from './store.ts'

/** A file as git would keep it, byte for byte: no filter, no line ends changed. */
export interface RawFile {
  mode: '100644' | '100755' | '120000'
  oid: string
}

/** A file changed so shortly before, ns, may change again without looking otherwise. */
const racy = 2_000_000_000n

/** What of the files is known without reading them, and what has to be read. */
interface Survey {
  files: Map<BytePath, RawFile | null>
  unreadable: BytePath[]
  wanted: Wanted[]
}

interface Wanted {
  path: BytePath
  mode: RawFile['mode']
  look: string
  /** Changed just now: its hash must not be remembered. */
  fresh: boolean
  /** What git is to read: the file, or one with what a link holds. */
  from: BytePath
}

/** Hashes files below `top` into the store; null for those that are gone (or no files any more). `unreadable` are named. */
export async function hashFiles(
  git: Git,
  store: UnitStore,
  top: string,
  paths: readonly BytePath[],
): Promise<{ files: Map<BytePath, RawFile | null>; unreadable: BytePath[] }> {
  const links = store.temporary()
  try {
    const { files, unreadable, wanted } = await survey(store, top, paths, links)
    for (const [path, file] of await hashAll(git, store, top, wanted)) files.set(path, file)
    return { files, unreadable }
  } finally {
    await rm(links, { recursive: true, force: true })
  }
}

async function survey(store: UnitStore, top: string, paths: readonly BytePath[], links: string): Promise<Survey> {
  const found: Survey = { files: new Map(), unreadable: [], wanted: [] }
  const now = BigInt(Date.now()) * 1_000_000n
  for (const path of paths) {
    const stats = await lookAt(top, path)
    const mode = stats === null ? null : modeOf(stats)
    if (stats === null || mode === null) {
      found.files.set(path, null)
      continue
    }
    const look = lookOf(stats)
    const known = store.hashes.get(path)
    if (known?.[0] === look) found.files.set(path, { mode, oid: known[1] })
    else if (mode !== '120000' && !(await readable(top, path))) found.unreadable.push(path)
    else {
      const from = mode === '120000' ? await linkAsFile(links, found.wanted.length, top, path) : path
      found.wanted.push({ path, mode, look, fresh: now - stats.ctimeNs < racy, from })
    }
  }
  return found
}

async function hashAll(git: Git, store: UnitStore, top: string, wanted: readonly Wanted[]) {
  if (wanted.length === 0) return []
  const input = `${wanted.map(({ from }) => quotePath(from)).join('\n')}\n`
  const args = ['hash-object', '-w', '--no-filters', '--stdin-paths']
  const oids = (await git(top, args, { env: store.env, input })).stdout.split('\n')
  const hashed = wanted.map(({ path, mode, look, fresh }, index): [BytePath, RawFile] => {
    const oid = oids[index] ?? ''
    if (fresh) store.hashes.delete(path)
    else store.hashes.set(path, [look, oid])
    return [path, { mode, oid }]
  })
  await store.save()
  return hashed
}

async function lookAt(top: string, path: BytePath): Promise<BigIntStats | null> {
  try {
    return await lstat(bytesAt(top, path), { bigint: true })
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return null
    throw error
  }
}

function modeOf(found: BigIntStats): RawFile['mode'] | null {
  if (found.isSymbolicLink()) return '120000'
  if (!found.isFile()) return null
  return (found.mode & 0o100n) === 0n ? '100644' : '100755'
}

const lookOf = ({ size, mtimeNs, ctimeNs, ino, mode }: BigIntStats) => [size, mtimeNs, ctimeNs, ino, mode].join(':')

async function readable(top: string, path: BytePath): Promise<boolean> {
  try {
    await access(bytesAt(top, path), constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** git hashes files only; where a link leads is put into one. */
async function linkAsFile(directory: string, index: number, top: string, path: BytePath): Promise<BytePath> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, String(index))
  await writeFile(file, await readlink(bytesAt(top, path), 'buffer'))
  return bytesOf(file)
}
