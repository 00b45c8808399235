/** Files of this machine: Berth's own state, and the project's for reading. Failures: WORKSPACE_FAILED, DISK_FULL. */
export interface Files {
  /** The text of a file, or undefined where there is none. */
  readText(path: string): Promise<string | undefined>
  /** Writes a file whole or not at all (temporary file, then rename); missing parent directories are made (0700). */
  writeText(path: string, text: string, mode?: number): Promise<void>
  /** Permission bits of a file or directory, or undefined where there is none. */
  mode(path: string): Promise<number | undefined>
  exists(path: string): Promise<boolean>
  isDirectory(path: string): Promise<boolean>
  /** Names in a directory; empty where there is none. */
  list(path: string): Promise<string[]>
  /** Removes a file or a whole directory; harmless when it is gone. */
  remove(path: string): Promise<void>
  /** Removes a directory with nothing in it; harmless when it is gone or has something in it. */
  removeIfEmpty(path: string): Promise<void>
  makeDirectory(path: string): Promise<void>
  /** Absolute path with every symlink resolved, or undefined where it does not exist. */
  realPath(path: string): Promise<string | undefined>
}
