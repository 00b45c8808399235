import type { TreeFile } from '../../ports/ci.ts'
import { compileGlobs } from '../globs.ts'
import type { Stage } from '../model.ts'
import { withDependents } from '../select.ts'

/** A repository as it is watched. */
export interface Snapshot {
  /** In the order they run. */
  stages: readonly Stage[]
  files: readonly TreeFile[]
  /** Stage → what it is and what it depends on. */
  digests: ReadonlyMap<string, string>
}

/** How many paths are worth telling. */
const mostPaths = 20

/** The stages whose inputs, or which themselves, are other than before, with all that depend on them; and why. */
export function findTouch(before: Snapshot, now: Snapshot): { stages: string[]; paths: string[] } {
  const touched = now.stages.filter(({ name }) => before.digests.get(name) !== now.digests.get(name))
  const changed = changedPaths(before.files, now.files)
  const inputs = touched.map((stage) => compileGlobs(stage.inputs))
  const relevant = changed.filter((path) => inputs.some((isInput) => isInput(path)))
  return {
    // what was skipped because one it needs failed is to run after that one is mended
    stages: withDependents(
      now.stages,
      touched.map(({ name }) => name),
    ),
    paths: (relevant.length > 0 ? relevant : changed).slice(0, mostPaths),
  }
}

/** Paths that are new, gone or other than before. */
function changedPaths(before: readonly TreeFile[], now: readonly TreeFile[]): string[] {
  const known = new Map(before.map((file) => [file.path, file]))
  const found: string[] = []
  for (const { path, mode, hash } of now) {
    const old = known.get(path)
    known.delete(path)
    if (old?.mode !== mode || old.hash !== hash) found.push(path)
  }
  return [...found, ...known.keys()].sort()
}
