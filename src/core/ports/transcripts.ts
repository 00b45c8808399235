/** The logs sessions write: raw bytes, growing while the session runs. Failures: SESSION_FAILED. */
export interface Transcripts {
  /** Bytes written so far; 0 where nothing is. */
  size(logFile: string): Promise<number>
  /** The bytes from `from` up to, not including, `to`; fewer where the log ends before. */
  read(logFile: string, from: number, to: number): Promise<Uint8Array>
  /** Removes a session's files. Harmless when they are gone. */
  remove(files: { logFile: string; exitFile: string }): Promise<void>
}
