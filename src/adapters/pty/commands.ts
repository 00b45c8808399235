import type { TerminalSize } from '../../core/ports/terminals.ts'
import { quoteCommand } from '../../lib/quote.ts'

/** Descriptor on which the terminal's path is told. */
export const pathDescriptor = 3

/** Tells the path, has the size the caller has, gives the program the shell that script(1) was not to use, and becomes it. */
const prepare = `tty >&${pathDescriptor}; exec ${pathDescriptor}>&-
stty rows "$1" cols "$2" 2>/dev/null
SHELL=$3; export SHELL; shift 3; exec "$@"`

/**
 * A program on a pseudo-terminal. Node has none of its own, and a native module would have to be built for each machine:
 * script(1) of util-linux is on every Linux. It takes a command line and nothing else.
 */
export function onTerminal(argv: readonly string[], { columns, rows }: TerminalSize, shell: string): string[] {
  const inner = quoteCommand(['/bin/sh', '-c', prepare, 'berth', String(rows), String(columns), shell, ...argv])
  return ['script', '--quiet', '--return', '--flush', '--echo', 'always', '--command', `exec ${inner}`, '/dev/null']
}

/** Gives a terminal another size; the kernel tells what runs in front of it. */
export function resizeCommand(path: string, { columns, rows }: TerminalSize): string[] {
  return ['stty', '-F', path, 'rows', String(rows), 'cols', String(columns)]
}
