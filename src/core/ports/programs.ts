/** The programs installed on this machine. */
export interface Programs {
  /** Absolute path of a program: looked up in `path` (as in PATH), or, for a name with a slash, below `directory`. */
  find(program: string, where: { path: string; directory: string }): Promise<string | undefined>
  /** What the user's own login shell exports: PATH with what is installed below the home, above all. */
  loginEnvironment(): Promise<Record<string, string | undefined>>
}
