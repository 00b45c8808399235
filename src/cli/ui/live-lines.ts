import { cutTo, textWidth } from './text-width.ts'

/** Lines at the foot of a terminal that change in place, below text that stays. */
export interface LiveLines {
  /** Adds a line; `render` is asked for its text at each redraw. */
  add(render: () => string): { remove(): void }
  /** Prints text that stays, above the live lines. */
  print(text: string): void
  /** Something changed: redraws soon, at most every 50 ms. */
  refresh(): void
}

/** What live lines need of a terminal. */
export interface LiveTerminal {
  write(text: string): unknown
  columns?: number
  rows?: number
}

/** Two redraws a tenth of a second are as smooth as an eye needs, ms. */
const redrawInterval = 50

/** The clocks of running steps move on by themselves, ms. */
const tickInterval = 1000

/** No live lines, where cursor codes would be noise: what is printed is printed. */
export function createStillLines(stream: Pick<LiveTerminal, 'write'>): LiveLines {
  return {
    add: () => ({ remove: () => undefined }),
    print: (text) => void stream.write(`${text}\n`),
    refresh: () => undefined,
  }
}

/** Live lines on a terminal. */
export function createLiveLines(terminal: LiveTerminal): LiveLines {
  const lines = new Set<() => string>()
  let shown: string[] = []
  let planned: NodeJS.Timeout | undefined
  let ticking: NodeJS.Timeout | undefined
  const draw = (above = '') => {
    clearTimeout(planned)
    planned = undefined
    const next = visible(
      [...lines].map((render) => render()),
      terminal,
    )
    if (above === '' && next.join('\n') === shown.join('\n')) return
    terminal.write(`${eraseCodes(shown, terminal.columns)}${above}${next.join('\n')}`)
    shown = next
  }
  return {
    add(render) {
      lines.add(render)
      ticking ??= setInterval(draw, tickInterval).unref()
      draw()
      return {
        remove() {
          lines.delete(render)
          if (lines.size === 0) {
            clearInterval(ticking)
            ticking = undefined
          }
          draw()
        },
      }
    },
    print: (text) => draw(`${text}\n`),
    refresh: () => void (planned ??= setTimeout(draw, redrawInterval).unref()),
  }
}

/** As many lines as the terminal has room for, each cut to one row. */
function visible(texts: readonly string[], { columns = 80, rows = 24 }: LiveTerminal): string[] {
  const room = Math.max(1, rows - 2)
  const hidden = texts.length - room
  const kept = hidden > 0 ? [...texts.slice(0, room - 1), `and ${hidden + 1} more`] : texts
  return kept.map((text) => cutTo(text, Math.max(1, columns - 1)))
}

/** Moves to the start of the shown lines and clears all below; a terminal made narrower since has wrapped them. */
function eraseCodes(shown: readonly string[], columns = 80): string {
  if (shown.length === 0) return ''
  const rows = shown.reduce((sum, text) => sum + Math.max(1, Math.ceil(textWidth(text) / columns)), 0)
  return `\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}\u001b[J`
}
