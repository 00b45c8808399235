import { availableParallelism } from 'node:os'
import type { BytePath } from './bytes.ts'
import { textOf } from './bytes.ts'

/** How a tree is looked through by several programs at once. Paths are text, relative; '' is the top. */
export interface ScanPlan {
  /** Directories so large that they are divided: only what is right in them is looked at. */
  opened: string[]
  /** Directories for each program, with all below them. */
  parts: string[][]
}

/** One program for all. */
export const wholeTree: ScanPlan = { opened: [], parts: [['']] }

/** Below so many directories (some 5,000 files, 15 ms) other programs cost more than they save. */
const enough = 500
/** Bytes of paths in one argument list. */
const mostBytes = 100_000

/** Divides a tree, given all its directories, into parts of about the same number of directories. */
export function planScan(directories: Iterable<BytePath>, cores = availableParallelism()): ScanPlan {
  const tree = readTree(directories)
  if (cores === 1 || tree.size < enough) return wholeTree
  const most = tree.size / (cores * 4)
  const plan: ScanPlan = { opened: [], parts: Array.from({ length: Math.min(cores, 8) }, () => []) }
  const sizes = plan.parts.map(() => 0)
  for (const part of divide(tree, most, plan.opened).sort((a, b) => b.size - a.size)) {
    const least = sizes.indexOf(Math.min(...sizes))
    plan.parts[least]?.push(textOf(part.path))
    sizes[least] = (sizes[least] ?? 0) + part.size
  }
  plan.opened = plan.opened.map(textOf)
  const paths = [...plan.opened, ...plan.parts.flat()]
  const fits = paths.reduce((bytes, path) => bytes + path.length + 3, 0) < mostBytes
  return fits && !paths.some((path) => path.includes('\uFFFD')) ? plan : wholeTree
}

interface Tree {
  path: BytePath
  children: Tree[]
  /** Directories in it, itself included. */
  size: number
}

function readTree(directories: Iterable<BytePath>): Tree {
  const top: Tree = { path: '', children: [], size: 1 }
  const trees = new Map<BytePath, Tree>([['', top]])
  // parents come before what is in them
  for (const path of directories) {
    if (path === '') continue
    const tree: Tree = { path, children: [], size: 1 }
    trees.set(path, tree)
    trees.get(parentOf(path))?.children.push(tree)
    for (let above = parentOf(path); ; above = parentOf(above)) {
      const parent = trees.get(above)
      if (parent !== undefined) parent.size += 1
      if (above === '') break
    }
  }
  return top
}

function divide(tree: Tree, most: number, opened: string[]): Tree[] {
  if (tree.size <= most) return [tree]
  opened.push(tree.path)
  return tree.children.flatMap((child) => divide(child, most, opened))
}

const parentOf = (path: BytePath): BytePath => path.slice(0, Math.max(path.lastIndexOf('/'), 0))
