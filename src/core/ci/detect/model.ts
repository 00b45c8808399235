/** What a stage checks; also the order stages run in, and the plain names they get. */
export const stageKinds = ['fmt', 'lint', 'typecheck', 'test', 'build'] as const
export type StageKind = (typeof stageKinds)[number]

/** How to see that a tool is there and which one: a command that says its version and ends with 0. */
export interface DetectedTool {
  /** Name as people know it: `cargo clippy`. */
  name: string
  probe: readonly string[]
  /** How it is installed; one line. */
  install: string
}

/** What has to be there before a stage can run, and how it is made; done only where it is missing. */
export interface Preparation {
  /** Path relative to the repository. */
  missing: string
  argv: readonly string[]
  /** Where it is run, relative to the repository. */
  directory: string
}

/** A check a repository offers, before it has a name. */
export interface DetectedCheck {
  kind: StageKind
  argv: readonly string[]
  /** Changes the files so that the check passes, or null. */
  fix: readonly string[] | null
  /** Globs relative to the repository: what the outcome can depend on. */
  inputs: readonly string[]
  tool: DetectedTool
  prepare: Preparation | null
  /** File that offers it, relative to the repository. */
  source: string
}

/** A directory that is built and checked with one kind of tools. */
export interface DetectedUnit {
  /** `rust`, `js`, `python` … */
  ecosystem: string
  /** Relative to the repository; empty: the repository itself. */
  directory: string
  checks: readonly DetectedCheck[]
}

/** A stage as `berth ci` runs it where no config says otherwise. */
export interface DetectedStage extends DetectedCheck {
  /** `test`, or `api:test` in a repository of several packages. */
  name: string
  directory: string
  ecosystem: string
}

/** The files of a repository, and the texts of those that say how it is built. */
export interface RepositoryFiles {
  /** Relative to the repository, `/` between the parts; what git ignores is not among them. */
  files: readonly string[]
  /** Texts by path, of the files `isManifest` names. */
  texts: ReadonlyMap<string, string>
}
