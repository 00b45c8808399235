import { printable } from './printable.ts'

/** One column: its heading, and how a row fills it. Colours are added after the width is known. */
export interface Column<R> {
  title: string
  value(row: R): string
  paint?(text: string, row: R): string
}

/** Rows as text in columns two spaces apart, the headings first. */
export function renderTable<R>(columns: readonly Column<R>[], rows: readonly R[]): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row)).replaceAll(/\s+/g, ' ')))
  const widths = columns.map(({ title }, at) => Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)))
  const pad = (text: string, at: number) => (at === columns.length - 1 ? text : text.padEnd((widths[at] ?? 0) + 2))
  const heading = columns.map(({ title }, at) => pad(title, at)).join('')
  const body = rows.map((row, line) =>
    columns
      .map((column, at) => {
        const text = pad(cells[line]?.[at] ?? '', at)
        return column.paint ? column.paint(text, row) : text
      })
      .join(''),
  )
  return [heading, ...body].map((line) => line.trimEnd()).join('\n')
}
