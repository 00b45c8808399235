import type { ExecOptions, ExecResult } from '../../lib/exec.ts'

/** The machine programs run on. Argument lists only. */
export interface Host {
  /**
   * Runs a program to its end. Throws TOOL_MISSING when the program does not exist and the reason of `signal` when that
   * aborts; never for a non-zero exit.
   */
  run(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>
}
