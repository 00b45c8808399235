import { detectStages } from '../../src/core/ci/detect/detect-stages.ts'
import { isManifest } from '../../src/core/ci/detect/manifests.ts'
import type { DetectedStage } from '../../src/core/ci/detect/model.ts'

/** A repository of a test: file → text; `''` where only its presence counts. */
export type Repository = Record<string, string>

/** A repository, what it shows, and the stages it gets. */
export type DetectionCase = [title: string, repository: Repository, stages: string[]]

/** The stages detected in it. */
export function detect(repository: Repository): DetectedStage[] {
  const texts = Object.entries(repository).filter(([path]) => isManifest(path))
  return detectStages({ files: Object.keys(repository), texts: new Map(texts) })
}

/** One of them, by its name. */
export const detectOne = (repository: Repository, name: string): DetectedStage | undefined =>
  detect(repository).find((one) => one.name === name)

/** `name: command`, and where it is run if that is not the repository itself. */
export const showStage = ({ name, argv, directory }: DetectedStage): string =>
  `${name}: ${argv.join(' ')}${directory === '' ? '' : ` (${directory})`}`

/** A package.json with these scripts. */
export const packageJson = (scripts: Record<string, string>, more: object = {}): string =>
  JSON.stringify({ scripts, ...more })
