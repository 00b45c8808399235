import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, normalize, sep } from 'node:path'
import { type BundledTree, treeHash } from '../../core/deploy/bundle.ts'
import type { Trees } from '../../core/deploy/deps.ts'
import { AppError } from '../../core/errors.ts'

/** All files of one mounted directory together, bytes: larger things belong into images or volumes. */
const largestTree = 8 * 1024 * 1024

/** Files of projects and bundles on this machine's disk. */
export function createTrees(): Trees {
  return {
    read: async (directory, source) => {
      const files = await readFiles(join(directory, source), '', { bytes: 0 }, source)
      return files && { source, hash: treeHash(files), files }
    },
    write: writeTree,
  }
}

/** undefined where there is nothing of this name; what is neither file nor directory is left out. */
async function readFiles(
  root: string,
  path: string,
  size: { bytes: number },
  source: string,
): Promise<BundledTree['files'] | undefined> {
  const at = path === '' ? root : join(root, path)
  const found = await stat(at).catch(() => undefined)
  if (found === undefined) return undefined
  if (found.isDirectory()) {
    const names = (await readdir(at)).toSorted()
    const below = await Promise.all(names.map((name) => readFiles(root, join(path, name), size, source)))
    return below.flatMap((files) => files ?? [])
  }
  if (!found.isFile()) return []
  size.bytes += found.size
  if (size.bytes > largestTree)
    throw new AppError('BUNDLE_TOO_LARGE', `${source} holds more than ${largestTree / 1024 / 1024} MB`, {
      stage: 'bundle',
      details: { source },
    })
  return [{ path, mode: found.mode & 0o777, base64: (await readFile(at)).toString('base64') }]
}

async function writeTree(path: string, tree: BundledTree): Promise<void> {
  const there = await readFiles(path, '', { bytes: 0 }, tree.source).catch(() => [])
  if (there !== undefined && treeHash(there) === tree.hash) return
  if (treeHash(tree.files) !== tree.hash) throw new AppError('USAGE', `${tree.source} is not what its digest says`)
  if (there !== undefined) return mendTree(path, tree, there)
  const fresh = `${path}.new`
  await rm(fresh, { recursive: true, force: true })
  await writeFiles(fresh, tree)
  await rename(fresh, path)
}

/** Containers may have it mounted: what stands there is written over, and not replaced by another of its name. */
async function mendTree(path: string, tree: BundledTree, there: BundledTree['files']): Promise<void> {
  const wanted = new Set(tree.files.map((file) => file.path))
  for (const file of there) if (!wanted.has(file.path)) await rm(join(path, file.path), { force: true })
  await writeFiles(path, tree)
}

async function writeFiles(path: string, { files }: BundledTree): Promise<void> {
  const isFile = files.length === 1 && files[0]?.path === ''
  await mkdir(isFile ? dirname(path) : path, { recursive: true })
  for (const file of files) {
    const target = isFile ? path : join(path, insidePath(file.path))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, Buffer.from(file.base64, 'base64'))
    // whatever the umask says: the digest is over the mode too
    await chmod(target, file.mode)
  }
}

/** A bundle comes from elsewhere: nothing in it may name a place outside its own tree. */
function insidePath(path: string): string {
  const clean = normalize(path)
  if (clean.startsWith(sep) || clean.split(sep).includes('..') || path.includes('\0'))
    throw new AppError('USAGE', `the bundle holds a path outside its tree: ${path}`)
  return clean
}
