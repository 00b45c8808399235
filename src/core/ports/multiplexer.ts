/** A session as the multiplexer knows it. */
export interface MultiplexerSession {
  id: string
  /** Process id of the command in it. */
  pid: number
  attached: number
  /** ISO 8601. */
  createdAt: string
}

/** Sessions that outlive the terminal and the daemon. Failures: SESSION_FAILED, TOOL_MISSING. */
export interface Multiplexer {
  /**
   * Starts `argv` in `directory`. Its output goes whole, byte for byte, to `logFile`; when it ends its exit code stands
   * in `exitFile` (decimal, newline).
   */
  start(request: {
    id: string
    argv: readonly string[]
    directory: string
    env: Record<string, string>
    logFile: string
    exitFile: string
    columns?: number
    rows?: number
  }): Promise<void>
  list(): Promise<MultiplexerSession[]>
  /** argv that joins the session on a terminal. */
  attachCommand(id: string): { argv: string[]; env: Record<string, string> }
  /** Ends the session and every process of its process group. Harmless when it is gone. */
  kill(id: string): Promise<void>
  /** Types text into the session, followed by Enter when asked. */
  send(id: string, text: string, options?: { enter?: boolean }): Promise<void>
  /** What the screen shows now, without trailing blank lines. */
  screen(id: string): Promise<string>
}
