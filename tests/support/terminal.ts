import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { must } from './must.ts'
import { temporaryPrefix } from './temporary.ts'

/** A terminal with a bash in it, as a person has one. */
export interface Terminal {
  /** Types a line and presses Enter. */
  line(text: string): Promise<void>
  /** Presses keys by tmux's names: `Enter`, `Tab`, `C-c`. */
  press(...keys: string[]): Promise<void>
  /** Types without Enter. */
  type(text: string): Promise<void>
  /** What stands on it, without blank lines at the end; with the codes of colours if asked. */
  screen(options?: { colours?: boolean }): Promise<string>
  /** Waits until it shows this. */
  shows(text: string | RegExp): Promise<string>
  /** Gives its window another size. */
  resize(columns: number, rows: number): Promise<void>
  close(): Promise<void>
}

interface TerminalOptions {
  cwd: string
  env: Record<string, string | undefined>
  columns?: number
  rows?: number
}

/** Opens one in a tmux server of its own. Its prompt is `$ `. */
export async function openTerminal({ cwd, env, columns = 100, rows = 40 }: TerminalOptions): Promise<Terminal> {
  const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}terminal-`))
  const socket = join(directory, 'tmux')
  const tmux = (...args: string[]) =>
    must(['tmux', '-u', '-S', socket, '-f', '/dev/null', ...args], { cwd, env: { ...env, TMUX: undefined } })
  const size = ['-x', String(columns), '-y', String(rows)]
  await tmux('new-session', '-d', ...size, 'env', 'PS1=$ ', 'bash', '--noprofile', '--norc', '-i')
  const terminal: Terminal = {
    type: async (text) => void (await tmux('send-keys', '-l', '--', text)),
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    async line(text) {
      await terminal.type(text)
      await terminal.press('Enter')
    },
    screen: async ({ colours = false } = {}) =>
      (await tmux('capture-pane', '-p', '-J', ...(colours ? ['-e'] : []))).trimEnd(),
    shows: (text) =>
      eventually(async () => {
        const screen = await terminal.screen()
        if (typeof text === 'string' ? !screen.includes(text) : !text.test(screen))
          throw new Error(`the terminal does not show ${text}:\n${screen}`)
        return screen
      }),
    resize: async (columns, rows) => void (await tmux('resize-window', '-x', String(columns), '-y', String(rows))),
    async close() {
      // one whose shell has ended is gone already
      await tmux('kill-server').catch(() => undefined)
      await rm(directory, { recursive: true, force: true })
    },
  }
  await terminal.shows(/^\$/)
  return terminal
}
