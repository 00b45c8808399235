import type { RemoteStages } from '../../ports/ci.ts'
import type { Stage } from '../model.ts'
import type { RunOptions, RunSpec } from './execute-run.ts'
import { keyVariables } from './key.ts'

/** All that a later daemon needs to go on with a run whose stages outlived this one. */
export interface RunKeepsake {
  root: string
  /** Known to nobody else: see StageProcess. */
  secret: string
  options: RunOptions
  machines: RemoteStages[]
  stages: KeptStage[]
  /** Of the caller's environment what these stages read, and no more. */
  env: Record<string, string>
}

/** A stage as it was planned. */
export interface KeptStage {
  stage: Stage
  key: string | null
  inputsDigest: string | null
  missing: string | null
  /** Whether an earlier pass is to be shown. */
  passed: boolean
}

/** The keepsake of a run; null where a machine's stages end with this daemon. */
export function keepsakeOf({ root, secret, options, machines, planned, env }: RunSpec): RunKeepsake | null {
  const places = machines.flatMap((machine) => machine.keepsake() ?? [])
  if (places.length < machines.length) return null
  const stages = planned.map(({ hit, ...stage }) => ({ ...stage, passed: hit !== undefined }))
  const names = new Set(stages.flatMap(({ stage }) => keyVariables(stage)))
  const read = Object.entries(env).filter(([name]) => names.has(name))
  return { root, secret, options, machines: places, stages, env: Object.fromEntries(read) }
}
