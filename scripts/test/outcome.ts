/** What became of one test file. */
export interface FileOutcome {
  /** unit, integration, e2e … */
  tier: string
  /** From the root of the repository. */
  file: string
  /** Wall time of its tests and hooks. */
  milliseconds: number
  passed: number
  /** Tests that failed, and what failed around them (a hook, the file itself). */
  failed: Failure[]
  /** Full names. */
  skipped: string[]
}

/** Something that failed; `name` is a test's full name, or says which part it was. */
export interface Failure {
  name: string
  message: string
}

/** What became of a run of several files. `errors` happened outside of any test: an unhandled rejection, say. */
export interface RunOutcome {
  files: FileOutcome[]
  errors: Failure[]
}
