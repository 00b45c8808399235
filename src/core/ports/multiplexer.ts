/** A session as the multiplexer knows it. */
export interface MultiplexerSession {
  id: string
  /** Process id of its first process, the leader of its process session. */
  pid: number
  attached: number
  /** ISO 8601. */
  createdAt: string
}

/** What to run in a new session. */
export interface StartRequest {
  /** Letters, digits and `-`. */
  id: string
  /** What its status line says: `shop/feat-a claude`. */
  title: string
  argv: readonly string[]
  directory: string
  /** The whole environment of the command, but for what a terminal sets itself (TERM, TMUX …). */
  env: Record<string, string>
  /** Gets the output, whole and byte for byte. */
  logFile: string
  /** Gets the exit code (decimal, newline; 128 + n for signal n), once the output is whole in logFile. */
  exitFile: string
  /** Size of the terminal until somebody attaches (120 × 40). */
  columns?: number
  rows?: number
}

/** Sessions that outlive the terminal and the daemon. Failures: SESSION_FAILED, TOOL_MISSING. */
export interface Multiplexer {
  /** Starts a session. Throws SESSION_EXISTS when one with this id runs. */
  start(request: StartRequest): Promise<void>
  list(): Promise<MultiplexerSession[]>
  /** How a session that is no longer listed ended; null where it could not say (the machine went down under it). */
  exitCode(session: { exitFile: string }): Promise<number | null>
  /** argv that joins the session on a terminal. */
  attachCommand(id: string): { argv: string[]; env: Record<string, string> }
  /**
   * Ends the session and every process it started, also those in the background: SIGTERM, then SIGHUP, then SIGKILL,
   * `graceMs` (1500) apart. Harmless when it is gone.
   */
  kill(id: string, options?: { graceMs?: number }): Promise<void>
  /** Types text into the session (pasted as one piece where the program knows how), followed by Enter when asked. */
  send(id: string, text: string, options?: { enter?: boolean }): Promise<void>
  /** What the screen shows now, without trailing blank lines. */
  screen(id: string): Promise<string>
}
