/** One command of a page, as its reader would type it. */
export interface PageCommand {
  /** Line in the page, counted from 1. */
  line: number
  command: string
  /** The lines the page shows below it; undefined for set-up, whose output nobody sees. */
  expected: string[] | undefined
}

/**
 * The commands of a Markdown page, in order: those of its ```console blocks (a line that starts with `$ ` is a command, the
 * lines below are what it prints), and set-up that is not shown: `<!-- run: command -->`. A block below
 * `<!-- not run: reason -->` is left out.
 */
export function readPage(markdown: string): PageCommand[] {
  const commands: PageCommand[] = []
  let inside: 'console' | 'other' | undefined
  let leaveOut = false
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^\s*```(\w*)/.exec(text)
    if (fence !== null) {
      if (inside !== undefined) leaveOut = false
      inside = inside === undefined ? (fence[1] === 'console' && !leaveOut ? 'console' : 'other') : undefined
    } else if (inside === 'console') {
      addLine(commands, text, index + 1)
    } else if (inside === undefined) {
      const hidden = /^<!-- run: (.*) -->$/.exec(text.trim())?.[1]
      if (hidden !== undefined) commands.push({ line: index + 1, command: hidden, expected: undefined })
      if (/^<!-- not run: .+ -->$/.test(text.trim())) leaveOut = true
    }
  }
  return commands.map((step) => ({ ...step, expected: step.expected && withoutBlankEnds(step.expected) }))
}

function addLine(commands: PageCommand[], text: string, line: number): void {
  const current = commands.at(-1)
  if (text.startsWith('$ ')) commands.push({ line, command: text.slice(2), expected: [] })
  else if (current?.command.endsWith('\\') && current.expected?.length === 0) current.command += `\n${text}`
  else current?.expected?.push(text)
}

/**
 * Whether a command printed what the page shows. What differs from run to run (addresses, durations, ids, the width of
 * columns) may differ here too; beyond that a line of three dots stands for any lines, none included, and three dots
 * within a line for anything there.
 */
export function printsAsShown(expected: readonly string[], printed: string): boolean {
  const pattern = expected.map((line) => (line.trim() === '...' ? '(?:.*\n)*?' : `${linePattern(line)}\n`))
  const lines = withoutBlankEnds(printed.split('\n').map((line) => steady(line)))
  return new RegExp(`^${pattern.join('')}$`).test(lines.map((line) => `${line}\n`).join(''))
}

/** Whether the page shows this command to fail: then, and only then, it has to. */
export function isShownToFail(expected: readonly string[]): boolean {
  return expected.some((line) => line.startsWith('error: '))
}

const linePattern = (line: string) =>
  line
    .split('...')
    .map((part) => RegExp.escape(steady(part)))
    .join('.*')

/** A line without what no two runs have in common. */
function steady(line: string): string {
  return line
    .replaceAll(/\b10(\.\d+){3}\b/g, 'ADDRESS')
    .replaceAll(/localhost:7[01]\d\d/g, 'localhost:PORT')
    .replaceAll(/\b\d+(\.\d+)? ?(ms|s|min|h)\b/g, 'DURATION')
    .replaceAll(/\b(?=[a-f]*\d)[\da-f]{7,64}\b/g, 'ID')
    .replaceAll(/ {2,}/g, '  ')
    .trimEnd()
}

function withoutBlankEnds(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line !== '')
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== '') + 1)
}
