import { quoteArgument, quoteCommand } from '../../lib/quote.ts'

/**
 * Berth's part in every session, a fixed script. `run START CODE` is the session's first process: it runs the command in
 * the foreground and notes how it ended. `log LOG CODE EXIT` reads the output from tmux and publishes the exit code when
 * the output is whole.
 */
export const sessionScript = `#!/bin/sh
case $1 in
run)
  # Signals of the terminal reach the command as well; how it ends is what counts.
  trap : INT QUIT TERM
  env -i "TMUX=$TMUX" "TMUX_PANE=$TMUX_PANE" /bin/sh "$2"
  code=$?
  umask 077
  printf '%s\\n' "$code" >"$3"
  # Once nobody holds the terminal, tmux reads what is left in it, closes it, and that ends this process. A program
  # left in the background may hold it: then the session ends after a second.
  exec sleep 1 </dev/null >/dev/null 2>&1
  ;;
log)
  umask 077
  cat >"$2" || cat >/dev/null
  # No code: the terminal was taken away from the command, which is what SIGHUP means.
  [ -s "$3" ] || echo 129 >"$3"
  mv -f "$3" "$4"
  ;;
esac
`

/** Variables that shells own; exporting them would fail or do something else than setting them. */
const ownedByShells = new Set(
  'BASHOPTS BASHPID BASH_ARGC BASH_ARGV BASH_VERSINFO EUID IFS LINENO OLDPWD OPTARG OPTIND PPID PWD SHELLOPTS SHLVL UID _'.split(
    ' ',
  ),
)

/** What the session's shell reads to become the command: directory, environment, arguments. It removes itself first. */
export function startScript(request: {
  argv: readonly string[]
  directory: string
  env: Record<string, string>
}): string {
  const variables = Object.entries(request.env).filter(
    ([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !ownedByShells.has(name),
  )
  return [
    'rm -f "$0"',
    `cd ${quoteArgument(request.directory)} || exit 126`,
    'unset OLDPWD',
    ...variables.map(([name, value]) => `export ${name}=${quoteArgument(value)}`),
    `exec ${quoteCommand(request.argv)}`,
    '',
  ].join('\n')
}
