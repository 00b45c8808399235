import { createHash } from 'node:crypto'
import type { ComposeModel } from '../ports/compose-model.ts'
import type { BundledAddon } from './addons/fragment.ts'
import type { BundledJob } from './jobs/model.ts'
import type { DeploySettings, ServicePlan } from './model.ts'

/** A file or directory of the project that containers see. */
export interface BundledTree {
  /** Relative to the project: `web/nginx.conf`. In the model it stands as `berth-tree:<source>`. */
  source: string
  /** Digest over the paths, modes and contents of `files`. */
  hash: string
  /** A single file has the path `''`. */
  files: { path: string; mode: number; base64: string }[]
}

/**
 * An immutable release: everything a machine needs to run it but the images themselves and the values of secrets.
 * Two bundles of equal content have the same id.
 */
export interface ReleaseBundle {
  format: 1
  app: string
  /** The canonical model, images pinned, nothing to build; a secret stands as `${NAME}`, every other dollar doubled. */
  model: ComposeModel
  /** Names of the secrets the model refers to; their values travel apart, sealed. */
  secrets: string[]
  services: ServicePlan[]
  /** Service and container port that requests go to, or null for an app that takes none. */
  entrance: { service: string; port: number } | null
  trees: BundledTree[]
  /** Service → the image it runs: engine's id of the content, and a reference of Berth's own. */
  images: Record<string, { id: string; reference: string }>
  settings: DeploySettings
  /** What runs by the clock; absent where nothing does. */
  jobs?: BundledJob[]
  /** Add-ons whose data can be dumped; absent where there are none. */
  addons?: BundledAddon[]
}

/** The release's id: 12 hexadecimal digits that follow from its content alone. */
export function releaseId(bundle: ReleaseBundle): string {
  return createHash('sha256').update(canonical(bundle)).digest('hex').slice(0, 12)
}

/** Digest of a tree's files. */
export function treeHash(files: BundledTree['files']): string {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify(sorted.map(({ path, mode, base64 }) => [path, mode, base64])))
    .digest('hex')
    .slice(0, 16)
}

/** JSON with the keys of every object in order, so that equal content is equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}
