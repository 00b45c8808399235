import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { TreeFile } from '../../../core/ports/ci.ts'
import type { Host } from '../../../core/ports.ts'
import type { ConnectionTarget } from '../connection.ts'
import { cannotWrite, sendArchive } from './archive.ts'
import { finishScript, receiveScript, removeScript } from './scripts.ts'

/** What was in a mirror when it was last brought up to date: path → mode and content. */
type Known = Record<string, string>

/** A repository and its mirror there. */
export interface MirrorUpdate {
  root: string
  files: readonly TreeFile[]
  target: ConnectionTarget
  /** The other machine. */
  host: Host
  /** Absolute, there. */
  tree: string
  /** What the mirror says it is; empty: nobody knows. */
  id: string
  /** Paths in it that changed since, relative; a directory stands for the files in it. */
  touched: readonly string[]
  /** File here that remembers what is there. */
  memory: string
}

const factOf = ({ mode, hash }: TreeFile) => `${mode} ${hash}`
const idOf = (files: readonly TreeFile[]) =>
  createHash('sha256')
    .update(files.map((file) => `${factOf(file)} ${file.path}\0`).join(''))
    .digest('hex')

/** The look ends its list there: beyond, nobody knows what changed, and all is sent anew. */
const mostTouched = 20_000

/** Most paths one command line removes. */
const mostRemoved = 500

/**
 * Brings the mirror to the state of the files; what git ignores stays there as it is. Says whether it was begun anew.
 * Throws what the way there may fail with.
 */
export async function updateMirror(update: MirrorUpdate, signal: AbortSignal): Promise<{ anew: boolean }> {
  const { root, files, id, target, tree, host, memory, touched } = update
  // submodules are repositories of their own
  const wanted = files.filter(({ mode }) => mode !== '160000')
  const now = idOf(wanted)
  const known = touched.length < mostTouched ? await remembered(memory, id) : undefined
  const { send, remove } = differences(wanted, known, touched)
  if (id === now && touched.length === 0) return { anew: false }
  if (known === undefined) await remote(host, `rm -rf -- "$1" && mkdir -p -- "$1"`, [tree], signal)
  for (let at = 0; at < remove.length; at += mostRemoved)
    await remote(host, removeScript, [tree, ...remove.slice(at, at + mostRemoved)], signal)
  if (send.length > 0) await sendArchive({ target, tree, script: receiveScript, words: [tree] }, root, send, signal)
  await remote(host, finishScript, [tree, now], signal)
  await mkdir(dirname(memory), { recursive: true, mode: 0o700 })
  const facts: Known = Object.fromEntries(wanted.map((file) => [file.path, factOf(file)]))
  await writeFile(memory, JSON.stringify({ id: now, files: facts }), { mode: 0o600 })
  return { anew: known === undefined }
}

/** What the mirror holds; undefined where it is not what was last sent from here. */
async function remembered(memory: string, id: string): Promise<Known | undefined> {
  if (id === '') return undefined
  const text = await readFile(memory, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const found = JSON.parse(text) as { id: string; files: Known }
    return found.id === id ? found.files : undefined
  } catch {
    await rm(memory, { force: true })
    return undefined
  }
}

function differences(files: readonly TreeFile[], known: Known | undefined, touched: readonly string[]) {
  if (known === undefined) return { send: files.map(({ path }) => path), remove: [] }
  const changed = new Set(touched)
  const parent = (path: string) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.')
  const stale = (file: TreeFile) =>
    known[file.path] !== factOf(file) || changed.has(file.path) || changed.has(parent(file.path))
  const present = new Set(files.map(({ path }) => path))
  return {
    send: files.filter(stale).map(({ path }) => path),
    remove: Object.keys(known).filter((path) => !present.has(path)),
  }
}

async function remote(host: Host, script: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const { exitCode, stderr } = await host.run(['/bin/sh', '-c', script, 'sh', ...args], { signal })
  if (exitCode !== 0) throw cannotWrite(stderr)
}
