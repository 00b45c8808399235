/**
 * One argument, quoted for a POSIX shell: the only place in Berth that makes shell text. Needed where a program takes
 * a command line and nothing else (ssh, tmux pipe-pane).
 */
export function quoteArgument(argument: string): string {
  if (argument.includes('\0')) throw new RangeError('an argument cannot hold a NUL byte')
  if (/^[A-Za-z0-9_\-./:=@%+,]+$/.test(argument)) return argument
  return `'${argument.replaceAll("'", `'\\''`)}'`
}

/** An argument list as one line a POSIX shell reads back as the same list. */
export function quoteCommand(argv: readonly string[]): string {
  return argv.map(quoteArgument).join(' ')
}

/** An argument list as one line, for a shell that reads lines and whose variable `nl` holds a newline. */
export function quoteLine(argv: readonly string[]): string {
  return quoteCommand(argv).replaceAll('\n', `'"$nl"'`)
}
