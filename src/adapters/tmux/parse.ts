import type { MultiplexerSession } from '../../core/ports/multiplexer.ts'

/** Reads what listCommand prints: `name pid attached created` a line. */
export function parseSessions(output: string): MultiplexerSession[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', pid, attached, created] = line.split(' ')
      const createdAt = new Date(Number(created) * 1000).toISOString()
      return { id, pid: Number(pid), attached: Number(attached), createdAt }
    })
}

/** What tmux meant by failing. `retry`: its server was just going away; the next call starts a new one. */
export function readFailure(stderr: string): 'no-server' | 'no-session' | 'duplicate' | 'retry' | 'other' {
  if (/no server running|error connecting to/.test(stderr)) return 'no-server'
  if (/can't find (session|pane|window)|session not found/.test(stderr)) return 'no-session'
  if (/duplicate session/.test(stderr)) return 'duplicate'
  if (/server exited|lost server/.test(stderr)) return 'retry'
  return 'other'
}
