/** A word, and a file it stands in. */
export interface TextMatch {
  word: string
  /** Absolute path. */
  file: string
}

/** Looks for words, byte for byte, in many files at once; a word is one line. */
export interface TextSearch {
  /** In the files below a directory, but for the entries of it that are left out. A file that cannot be read is passed over. */
  below(directory: string, words: readonly string[], leftOut: readonly string[]): Promise<TextMatch[]>
  /** In the files of a git repository that are tracked; none where the directory is in no repository. */
  tracked(directory: string, words: readonly string[]): Promise<TextMatch[]>
}
