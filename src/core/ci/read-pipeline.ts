import type { TreeFile } from '../ports/ci.ts'
import { mergeFiles, overlayStages } from './config/merge.ts'
import type { CiConfig, CiDeps } from './deps.ts'
import type { Pipeline } from './model.ts'
import { buildPipeline } from './pipeline.ts'

/** A repository's pipeline, and where it was read. */
export interface FoundPipeline {
  /** Absolute path of the repository. */
  root: string
  pipeline: Pipeline
  config: CiConfig
  /** The files there are now: read while the config is, for git takes longest. */
  tree: Promise<readonly TreeFile[] | undefined>
}

/**
 * The pipeline of the repository a directory belongs to; with `elsewhere` as it is on other machines. Detection is left
 * out where a config says all. Throws CONFIG_INVALID.
 */
export async function readPipeline(
  deps: Pick<CiDeps, 'findRoot' | 'loadCiConfig' | 'readManifests' | 'trees'>,
  directory: string,
  elsewhere: boolean,
): Promise<FoundPipeline> {
  const root = await deps.findRoot(directory)
  const tree = deps.trees.read(root)
  // whoever waits for it hears of its failure; a fault of the config comes first
  tree.catch(() => undefined)
  const config = await deps.loadCiConfig(root)
  const merged = mergeFiles(config.files)
  const document = elsewhere && config.elsewhere !== null ? overlayStages(merged, config.elsewhere) : merged
  const stages = Object.values(document.stages ?? {})
  const complete = stages.length > 0 && stages.every(({ command }) => command !== undefined) && document.detect !== true
  const detected = complete ? [] : await detect(deps, root, tree)
  const source = config.files.map(({ file }) => file).join(', ')
  return { root, config, tree, pipeline: buildPipeline(document, detected, source) }
}

async function detect(deps: Pick<CiDeps, 'readManifests'>, root: string, tree: FoundPipeline['tree']) {
  // its parsers are for those alone whose config does not say all
  const { detectStages } = await import('./detect/detect-stages.ts')
  const files = await tree
  return detectStages(
    await deps.readManifests(
      root,
      files?.map(({ path }) => path),
    ),
  )
}
