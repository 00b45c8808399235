import measure from 'fast-string-truncated-width'

/** Columns a terminal needs for a text: 2 for wide characters (CJK, emoji), 0 for combining ones and colour codes. */
export function textWidth(text: string): number {
  return measure(text).width
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
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, line]
}
