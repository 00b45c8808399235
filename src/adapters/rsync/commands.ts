/** Where files go: a directory here, or behind a command that leads to the machine. */
export interface RsyncTarget {
  /** Absolute. */
  directory: string
  /** What runs a program there (`ssh … `), the host's name and the program come after; null: on this machine. */
  shell: readonly string[] | null
}

/**
 * Copies the paths on stdin (NUL after each), relative to the working directory, to the same places of the target. What
 * was cut off is kept beside and goes on. `mirror`: directories lose what they have no more.
 */
export function sendListed({ directory, shell }: RsyncTarget, { mirror }: { mirror: boolean }): string[] {
  return [
    'rsync',
    // no owners, devices or sockets: they are another user's machine
    '-rlpt',
    '--from0',
    '--files-from=-',
    '--partial-dir=.berth-partial',
    ...(mirror ? ['--delete'] : []),
    // the far side's paths pass no shell
    '--secluded-args',
    ...(shell === null ? [] : ['-e', shellText(shell)]),
    '--',
    './',
    `${shell === null ? '' : 'berth:'}${directory}/`,
  ]
}

/** An argument list as rsync's -e reads it: words apart by blanks, a quote inside quotes doubled. */
function shellText(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w\-./:=@%+,]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`)).join(' ')
}
