import type { AppError } from '../errors.ts'
import type { DetectedTool, Preparation } from './detect/model.ts'

/** A program of a stage: what is started, and how people wrote it. */
export interface StageCommand {
  argv: readonly string[]
  /** As shown behind `$`: the shell line of the config, or the arguments as one would type them. */
  text: string
}

/** One check of a repository, every default filled in. */
export interface Stage {
  name: string
  /** Its name in the config: that of all stages a matrix makes of it. */
  base: string
  /** The values of its matrix's axes; empty where it has none. */
  axes: Readonly<Record<string, string>>
  command: StageCommand
  /** Changes the files so that the check passes, or null: for `--fix`. */
  fix: StageCommand | null
  /** Done before the command where something is missing (`node_modules`), or null. */
  prepare: Preparation | null
  /** Where it runs, relative to the repository; empty: the repository itself. */
  directory: string
  dependsOn: readonly string[]
  /** Globs relative to the repository, those with a leading `!` take away: what the outcome can depend on. */
  inputs: readonly string[]
  /** Variables of the caller's environment the outcome depends on; they reach another machine too. */
  reads: readonly string[]
  /** Variables set for it. */
  env: Readonly<Record<string, string>>
  /** null: no deadline of its own. */
  timeoutMs: number | null
  /** What has to be installed, or null: nothing is known about it. */
  tool: DetectedTool | null
  /** Whether the missing tool is a failure; the stage is skipped otherwise. */
  required: boolean
  /** Whether it runs when no stage is named. */
  enabled: boolean
  /** Whether a pass is remembered. */
  cached: boolean
  /** The file that says so: `berth.toml`, `package.json` … */
  source: string
}

/** A named choice of stages and flags. */
export interface Profile {
  /** null: the enabled ones. */
  stages: readonly string[] | null
  failFast: boolean
  noCache: boolean
  parallel: number | null
}

/** What a repository has to run. */
export interface Pipeline {
  /** In the order they run where nothing else is said. */
  stages: readonly Stage[]
  profiles: Readonly<Record<string, Profile>>
}

/** How a stage stands: `cached` passed earlier with the same inputs, `skipped` never ran. */
export const stageStates = [
  'waiting',
  'running',
  'passed',
  'cached',
  'failed',
  'timed-out',
  'cancelled',
  'skipped',
] as const
export type StageState = (typeof stageStates)[number]

/** What became of a stage in a run. */
export interface StageResult {
  name: string
  /** As it is shown. */
  command: string
  state: StageState
  /** Why it failed or was skipped; null where there is nothing to say. */
  reason: string | null
  /** The program's own; null where it did not end by itself. */
  exitCode: number | null
  /** How long it took, or took when its outcome was recorded; null before its end. */
  ms: number | null
  /** Where it ran. */
  machine: string
  /** What its outcome is remembered by; null where it is not. */
  key: string | null
}

/** How a run stands: `lost` was cut off by the end of the daemon. */
export const runStates = ['running', 'passed', 'failed', 'cancelled', 'lost'] as const
export type RunState = (typeof runStates)[number]

/** One run of a pipeline. */
export interface Run {
  id: string
  /** Absolute path of the repository, or of the env's workspace. */
  directory: string
  /** `local`, or the machines it runs on. */
  machine: string
  state: RunState
  /** That of the first stage that failed; null while it runs. */
  exitCode: number | null
  /** ISO 8601. */
  startedAt: string
  endedAt: string | null
  stages: readonly StageResult[]
  /** What ended it before its stages could; absent where nothing did. */
  failure?: RunFailure
}

/** A failure as a run's record keeps it. */
export type RunFailure = Pick<AppError, 'code' | 'message' | 'hint' | 'details'>

/** Whether a stage has come to its end. */
export const isOver = (state: StageState): boolean => state !== 'waiting' && state !== 'running'

/** Whether whatever depends on a stage may run after it. */
export const isPass = (state: StageState): boolean => state === 'passed' || state === 'cached'
