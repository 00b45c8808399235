import measure from 'fast-string-truncated-width'

/** What most texts are made of, each one column wide: to have them measured took 2 ms of `berth --help`. */
const plain = /^[ -~]*$/

/** Columns a terminal needs for a text: 2 for wide characters (CJK, emoji), 0 for combining ones and colour codes. */
export function textWidth(text: string): number {
  return plain.test(text) ? text.length : measure(text).width
}

/** A text padded with spaces to so many columns. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)))
}

/** A text cut to so many columns, the last one then being an ellipsis. */
export function cutTo(text: string, columns: number): string {
  const { truncated, ellipsed, index } = measure(text, { limit: Math.max(1, columns), ellipsis: '…', ellipsisWidth: 1 })
  return truncated ? `${text.slice(0, index)}${ellipsed ? '…' : ''}` : text
}

/** A paragraph broken between words into lines of so many columns; a longer word stands alone. */
export function wrapTo(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  let taken = 0
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const width = textWidth(word)
    if (line === '' || taken + 1 + width > columns) {
      if (line !== '') lines.push(line)
      line = word
      taken = width
    } else {
      line += ` ${word}`
      taken += 1 + width
    }
  }
  return line === '' ? lines : [...lines, line]
}
