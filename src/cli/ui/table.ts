import { printable } from './printable.ts'
import { cutTo, padTo, textWidth } from './text-width.ts'

/** One column: its heading, and how a row fills it. Colours are added after the width is known. */
export interface Column<R> {
  title: string
  value(row: R): string
  paint?(text: string, row: R): string
  /** Left out where the terminal is too narrow for all; the last such column first. */
  spare?: boolean
}

/** Narrowest a column is cut to, in columns of the terminal. */
const narrowest = 8
const gap = 2

/** Rows as text in aligned columns, the headings first; `width` is the terminal's. */
export function renderTable<R>(
  columns: readonly Column<R>[],
  rows: readonly R[],
  width = Number.POSITIVE_INFINITY,
): string {
  const all = columns.map((column) => {
    const cells = rows.map((row) => printable(column.value(row)).replaceAll(/\s+/g, ' '))
    return { column, cells, width: Math.max(textWidth(column.title), ...cells.map(textWidth)) }
  })
  const shown = fit(all, width)
  const line = (cellOf: (one: (typeof shown)[number]) => string, row?: R) =>
    shown
      .map((one, at) => {
        const text = cutTo(cellOf(one), one.width)
        const painted = row !== undefined && one.column.paint ? one.column.paint(text, row) : text
        // padded after painting, or a background or underline would run through the gap
        return at === shown.length - 1 ? painted : padTo(painted, one.width + gap)
      })
      .join('')
      .trimEnd()
  return [line(({ column }) => column.title), ...rows.map((row, at) => line(({ cells }) => cells[at] ?? '', row))].join(
    '\n',
  )
}

/** Leaves out spare columns, then cuts the widest ones, until the rest fits. */
function fit<C extends { width: number; column: { spare?: boolean } }>(all: readonly C[], width: number): C[] {
  const shown = all.map((one) => ({ ...one }))
  const excess = () => shown.reduce((sum, one) => sum + one.width + gap, -gap) - width
  while (excess() > 0) {
    const spare = shown.findLastIndex(({ column }) => column.spare)
    if (spare === -1) break
    shown.splice(spare, 1)
  }
  while (excess() > 0) {
    const widest = shown.toSorted((a, b) => b.width - a.width)[0]
    if (widest === undefined || widest.width <= narrowest) break
    widest.width--
  }
  return shown
}
