import { createHash } from 'node:crypto'
import { AppError, toAppError } from '../../errors.ts'
import type { TreeFile, TreeWatcher } from '../../ports/ci.ts'
import type { Pipeline, Stage } from '../model.ts'
import { readPipeline } from '../read-pipeline.ts'
import { type AskedRun, profileOf, type RequestDeps, whereToLook } from '../runs/request.ts'
import { selectStages } from '../select.ts'
import { findTouch, type Snapshot } from './find-touch.ts'

/** Which stages are watched. */
export type WatchedStages = Pick<AskedRun, 'directory' | 'env' | 'stages' | 'all' | 'profile' | 'on'>

/** What whoever watches is told: first `ready`, then what changes do. `fault`: the stages cannot be told until it is mended. */
export type WatchMessage =
  | { type: 'ready'; root: string; stages: string[] }
  | { type: 'touched'; stages: string[]; paths: string[] }
  | { type: 'fault'; error: AppError }

/** What watching needs of the world beside what a run does. */
export type WatchDeps = RequestDeps & { watchTree: (directory: string, signal: AbortSignal) => TreeWatcher }

/**
 * Tells which stages the changes in a repository touch, as they are made, until the signal aborts. Throws what a run of
 * these stages would be refused with, and SOURCE_INVALID where there is no repository to say what is ignored.
 */
export async function* watchStages(
  deps: WatchDeps,
  asked: WatchedStages,
  signal: AbortSignal,
): AsyncGenerator<WatchMessage> {
  const { directory } = await whereToLook(deps, asked)
  const root = await deps.findRoot(directory)
  const watcher = deps.watchTree(root, signal)
  let before = await snapshot(deps, directory, asked)
  watcher.cover(before.files)
  yield { type: 'ready', root, stages: [...before.digests.keys()] }
  let fault = ''
  while (!signal.aborted) {
    await watcher.changed()
    if (signal.aborted) return
    try {
      const now = await snapshot(deps, directory, asked)
      watcher.cover(now.files)
      const touch = findTouch(before, now)
      before = now
      fault = ''
      if (touch.stages.length > 0) yield { type: 'touched', ...touch }
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.message !== fault) yield { type: 'fault', error }
      fault = error.message
    }
  }
}

async function snapshot(deps: WatchDeps, directory: string, asked: WatchedStages): Promise<Snapshot> {
  const { root, tree, pipeline } = await readPipeline(deps, directory, asked.on.length > 0)
  const files = await tree
  if (files === undefined)
    throw new AppError('SOURCE_INVALID', `${root} is in no git repository, so nobody can say which changes matter`, {
      hint: 'git init there, or run it without --watch',
    })
  const stages = selected(pipeline, asked)
  return { files, stages, digests: new Map(stages.map((stage) => [stage.name, digestOf(deps, stage, files)])) }
}

const selected = (pipeline: Pipeline, asked: WatchedStages) =>
  selectStages(pipeline, { ...asked, needed: false }, profileOf(pipeline, asked.profile))

function digestOf({ digests }: WatchDeps, stage: Stage, files: readonly TreeFile[]): string {
  return createHash('sha256')
    .update(JSON.stringify([stage, digests.of(files, stage.inputs)]))
    .digest('hex')
}
