import { quoteCommand } from '../../lib/quote.ts'

/** Which tmux server, and what it was started with. */
export interface TmuxServer {
  /** Path of its socket. */
  socket: string
  /** Path of its configuration. */
  config: string
}

/** argv that starts a session and, before any of its output can be read, the reader of that output. */
export function startCommand(
  server: TmuxServer,
  session: { id: string; title: string; command: string[]; reader: string[]; columns: number; rows: number },
): string[] {
  const { id, columns, rows } = session
  const size = ['-x', String(columns), '-y', String(rows)]
  const create = ['new-session', '-d', '-s', id, ...size, '-c', '/', '--', ...session.command.map(literal)]
  const label = ['set-option', '-t', `=${id}:`, '@title', literal(session.title.replaceAll('#', ''))]
  const record = ['pipe-pane', '-t', `=${id}:`, literal(`exec ${plainFormat(quoteCommand(session.reader))}`)]
  return [...tmux(server), ...create, ';', ...label, ';', ...record]
}

/** argv that lists the sessions for parseSessions. */
export function listCommand(server: TmuxServer): string[] {
  return [...tmux(server), 'list-sessions', '-F', '#{session_name} #{pane_pid} #{session_attached} #{session_created}']
}

/** argv that joins a session on the caller's terminal. */
export function attachCommand(server: TmuxServer, id: string): string[] {
  return ['/bin/sh', '-c', attachScript, 'berth-attach', ...tmux(server), 'attach-session', '-t', `=${id}`]
}

/** tmux refuses a terminal this machine has no description of (a newer terminal, over SSH): it is served as the commonest kind. */
const attachScript = `case $TERM in ''|dumb) known= ;; *) known=1 ;; esac
if [ -z "$known" ] || { command -v infocmp >/dev/null && ! infocmp >/dev/null 2>&1; }; then
  TERM=xterm-256color
  export TERM
fi
exec "$@"`

/** argv that removes a session from the server. */
export function killCommand(server: TmuxServer, id: string): string[] {
  return [...tmux(server), 'kill-session', '-t', `=${id}`]
}

/** argv that pastes its stdin into a session. */
export function pasteCommand(server: TmuxServer, id: string, buffer: string): string[] {
  const paste = ['paste-buffer', '-d', '-p', '-b', buffer, '-t', `=${id}:`]
  return [...tmux(server), 'load-buffer', '-b', buffer, '-', ';', ...paste]
}

/** argv that presses Enter in a session. */
export function enterCommand(server: TmuxServer, id: string): string[] {
  return [...tmux(server), 'send-keys', '-t', `=${id}:`, 'Enter']
}

/** argv that prints what the session's screen shows. */
export function screenCommand(server: TmuxServer, id: string): string[] {
  return [...tmux(server), 'capture-pane', '-p', '-t', `=${id}:`]
}

const tmux = ({ socket, config }: TmuxServer) => ['tmux', '-u', '-S', socket, '-f', config]

/** tmux takes a `;` at the end of an argument for the end of a command. */
const literal = (argument: string) => argument.replace(/;$/, '\\;')

/** pipe-pane expands formats (`#{…}`) and strftime (`%Y`) in its command. */
const plainFormat = (command: string) => command.replaceAll('#', '##').replaceAll('%', '%%')
