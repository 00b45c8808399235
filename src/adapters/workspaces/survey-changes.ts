import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { errnoOf } from '../../lib/errno.ts'
import type { BytePath } from './bytes.ts'
import { bytesAt, joinBytes } from './bytes.ts'
import { leadsBack } from './leads.ts'
import type { Change } from './scan-changes.ts'
import type { Selection } from './selection.ts'
import type { Source } from './source.ts'

/** What has to be done to a copy of an earlier state. */
export interface Survey {
  removed: BytePath[]
  /** Files, links and fifos to be copied. */
  leaves: BytePath[]
  /** Directories that are new there, to be copied with all the selection takes of them. */
  trees: { path: BytePath; selection: Selection }[]
  /** Directories whose contents or attributes change. */
  touched: Set<BytePath>
  /** Whether the objects of the repository changed. */
  objects: boolean
  /** Of the leaves, those that would lead from the copy back into the source. */
  leads: BytePath[]
}

export interface SurveyInput {
  source: Source
  changes: readonly Change[]
  directories: ReadonlyMap<BytePath, string>
  /** The copy. */
  to: string
}

/**
 * Finds out what changes of status mean: a changed file is copied; a changed directory is compared by names with that
 * of the copy; a directory with another inode is another directory under an old name.
 */
export async function surveyChanges(input: SurveyInput): Promise<Survey> {
  const { source, changes, directories } = input
  const draft: Draft = { input, removed: [], trees: new Map(), leaves: new Map(), touched: new Set() }
  // parents before what is in them
  for (const { path, type, inode } of [...changes].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const selection = path === '' ? source.selection : selectionAt(source.selection, path, type === 'd')
    if (selection === null || inTree(draft, path) || belowLeaf(draft, path)) continue
    if (type !== 'd') takeLeaf(draft, path, type)
    else if (directories.get(path) === inode) await compare(draft, path, selection)
    else takeTree(draft, path, selection)
  }
  const objects = changes.some(({ path }) => path.startsWith('.git/objects'))
  const trees = [...draft.trees].map(([path, selection]) => ({ path, selection }))
  const leaves = [...draft.leaves.keys()]
  const leads = leaves.filter((path) => leadsBack(source.root, path, draft.leaves.get(path) === 'l'))
  return { removed: draft.removed, leaves, trees, touched: draft.touched, objects, leads }
}

interface Draft {
  input: SurveyInput
  removed: BytePath[]
  trees: Map<BytePath, Selection>
  /** With their type, as find names it. */
  leaves: Map<BytePath, string>
  touched: Set<BytePath>
}

const inTree = ({ trees }: Draft, path: BytePath) => [...trees.keys()].some((tree) => path.startsWith(`${tree}/`))

/** A program that was told to look there has followed a link that took the place of a directory. */
function belowLeaf({ leaves }: Draft, path: BytePath): boolean {
  if (leaves.size === 0) return false
  for (let above = parentOf(path); above !== ''; above = parentOf(above)) if (leaves.has(above)) return true
  return false
}

function takeLeaf(draft: Draft, path: BytePath, type: string): void {
  if (!copied.has(type)) return
  draft.leaves.set(path, type)
  draft.touched.add(parentOf(path))
}

function takeTree(draft: Draft, path: BytePath, selection: Selection): void {
  if (draft.trees.has(path)) return
  if (draft.input.directories.has(path)) draft.removed.push(path)
  draft.trees.set(path, selection)
  draft.touched.add(parentOf(path))
}

/** A directory whose names changed, or only its attributes. */
async function compare(draft: Draft, path: BytePath, inside: Selection): Promise<void> {
  const { source, to } = draft.input
  const [theirs, ours] = await Promise.all([entriesOf(source.root, path), entriesOf(to, path)])
  draft.touched.add(path)
  for (const [name, entry] of ours) {
    if (!alike(entry, theirs.get(name))) draft.removed.push(joinBytes(path, name))
  }
  for (const [name, entry] of theirs) {
    if (alike(entry, ours.get(name))) continue
    const child = joinBytes(path, name)
    const selection = inside.below(child, entry.isDirectory())
    if (selection !== null && entry.isDirectory()) takeTree(draft, child, selection)
    else if (selection !== null) takeLeaf(draft, child, typeOf(entry))
  }
}

const alike = (entry: Dirent, other: Dirent | undefined) => other?.isDirectory() === entry.isDirectory()

/** Files, links and fifos, as find names them. Sockets and devices do not come along, as in a full copy. */
const copied = new Set(['f', 'l', 'p'])
function typeOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'l'
  if (entry.isFIFO()) return 'p'
  return entry.isFile() ? 'f' : 'other'
}

async function entriesOf(root: string, path: BytePath): Promise<Map<string, Dirent>> {
  try {
    const entries = await readdir(bytesAt(root, path), { withFileTypes: true, encoding: 'latin1' })
    return new Map(entries.map((entry) => [entry.name, entry]))
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return new Map()
    throw error
  }
}

/** The selection in force at a path, or null when it stays out. */
function selectionAt(top: Selection, path: BytePath, isDirectory: boolean): Selection | null {
  const parts = path.split('/')
  let selection: Selection | null = top
  for (let depth = 1; depth <= parts.length && selection !== null; depth += 1)
    selection = selection.below(parts.slice(0, depth).join('/'), depth < parts.length || isDirectory)
  return selection
}

const parentOf = (path: BytePath): BytePath => path.slice(0, Math.max(path.lastIndexOf('/'), 0))
