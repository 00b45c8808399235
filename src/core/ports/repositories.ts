/** Git repositories of this machine, as far as they are to be told apart. */
export interface Repositories {
  /** Absolute: top of the repository around a directory; the directory itself where there is none. */
  top(directory: string): Promise<string>
  /**
   * What copies of one repository have in common, on whatever machine: its first commits, and where it is fetched from. Empty
   * where there is nothing to tell it by.
   */
  identity(top: string): Promise<string[]>
}
