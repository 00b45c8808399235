/** A terminal that understands what Berth writes to one: text, newline, carriage return, cursor up, clear to the end. */
export interface TestTerminal {
  columns: number
  rows: number
  write(text: string): void
  /** Makes it as wide as said; what stands on it is wrapped anew, as terminals do. */
  resize(columns: number): void
  /** Its lines, without blank ones at the end. */
  screen(): string[]
}

/** An empty one. Wide characters count two columns in `columns`, as the real ones do, but are not wrapped here. */
export function createTestTerminal({ columns, rows }: { columns: number; rows: number }): TestTerminal {
  let lines = ['']
  let [row, column] = [0, 0]
  const put = (text: string) => {
    for (const character of text) {
      if (character === '\n') {
        row++
        column = 0
        lines[row] ??= ''
      } else if (character === '\r') column = 0
      else {
        const line = (lines[row] ?? '').padEnd(column)
        lines[row] = line.slice(0, column) + character + line.slice(column + 1)
        column++
      }
    }
  }
  const control = (count: number, final: string) => {
    if (final === 'A') row = Math.max(0, row - count)
    else if (final === 'J') {
      lines = lines.slice(0, row + 1)
      lines[row] = (lines[row] ?? '').slice(0, column)
    } else throw new Error(`the test terminal does not know CSI ${final}`)
  }
  return {
    columns,
    rows,
    // oxlint-disable no-control-regex -- control characters are what a terminal reads
    write(text) {
      for (const part of text.split(/(\u001b\[\d*[A-Z])/)) {
        const code = /^\u001b\[(\d*)([A-Z])$/.exec(part)
        if (code) control(Number(code[1] || 1), code[2] ?? '')
        else put(part)
      }
    },
    // oxlint-enable no-control-regex
    resize(narrower) {
      this.columns = narrower
      const atEnd = row === lines.length - 1
      lines = lines.flatMap((line) => line.match(new RegExp(`.{1,${narrower}}`, 'g')) ?? [''])
      if (!atEnd) throw new Error('resized with the cursor above the last line')
      row = lines.length - 1
      column = (lines[row] ?? '').length
    },
    screen: () => lines.map((line) => line.trimEnd()).slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1),
  }
}
