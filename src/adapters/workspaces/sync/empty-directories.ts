import { readdir } from 'node:fs/promises'
import { type BytePath, bytesAt, isText, joinBytes } from '../bytes.ts'

interface Listing {
  /** Absolute. */
  top: string
  /** What git does not track and does not ignore, a directory as one entry that ends in `/`; empty ones too. */
  untracked: readonly BytePath[]
  /** What is ignored, likewise. */
  ignored: readonly BytePath[]
  /** Whether something stays here for another reason. */
  isLeft: (path: BytePath) => boolean
}

/** Empty directories: git has no word for them, and a service may want them all the same. */
export async function emptyDirectories({ top, untracked, ignored, isLeft }: Listing): Promise<BytePath[]> {
  const staying = new Set(ignored)
  const found: BytePath[] = []
  const visit = async (path: BytePath): Promise<void> => {
    if (isLeft(path) || staying.has(`${path}/`) || !isText(path)) return
    const entries = await readdir(bytesAt(top, path), { withFileTypes: true, encoding: 'buffer' }).catch(() => null)
    if (entries === null) return
    const inside = entries.map((entry) => ({ entry, at: joinBytes(path, entry.name.toString('latin1')) }))
    // another repository is a project part of its own
    if (inside.some(({ at }) => at.endsWith('/.git'))) return
    const directories = inside.filter(({ entry }) => entry.isDirectory())
    const files = inside.filter(({ entry, at }) => !entry.isDirectory() && !staying.has(at) && !isLeft(at))
    const before = found.length
    for (const { at } of directories) await visit(at)
    if (files.length === 0 && directories.every(({ at }) => staying.has(`${at}/`)) && found.length === before)
      found.push(path)
  }
  for (const each of untracked) if (each.endsWith('/')) await visit(each.slice(0, -1))
  return found.sort()
}
