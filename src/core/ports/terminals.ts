import type { TerminalCommand } from '../envs/exec.ts'

/** How large a terminal is, in characters. */
export interface TerminalSize {
  columns: number
  rows: number
}

/** A program that runs on a terminal of its own, or on pipes. */
export interface RunningProgram {
  /** What it prints, as it prints it, to its end; on a terminal all of it is stdout. */
  output: AsyncIterable<{ stream: 'stdout' | 'stderr'; bytes: Uint8Array }>
  /** Types something; resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>
  /** Nothing more is typed: Ctrl-D on a terminal, the end of stdin otherwise. */
  endInput(): void
  /** Its window has another size; harmless without a terminal. */
  resize(size: TerminalSize): Promise<void>
  /** Tells the program, and all it started, what Ctrl-C and the like tell it where it has no terminal. */
  interrupt(signal: 'SIGINT' | 'SIGTERM'): void
  /** The caller is gone: it ends as when a terminal's window is closed. */
  hangUp(): void
  /** Its exit code once all it printed was read; 128 + n when signal n ended it. */
  exitCode: Promise<number>
}

/** Runs programs for somebody whose own terminal is elsewhere. */
export interface Terminals {
  /**
   * Starts a program, on a terminal of this size or (null) with stdin, stdout and stderr as pipes. `env` is the whole
   * environment. Throws TOOL_MISSING, WORKSPACE_FAILED.
   */
  start(program: TerminalCommand, size: TerminalSize | null): Promise<RunningProgram>
}
