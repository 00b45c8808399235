import { padTo, textWidth, wrapTo } from '../ui/text-width.ts'

/** A term and what it means. */
export type Entry = readonly [term: string, meaning: string]

/** Widest column of terms; the meaning of a longer one starts on the next line. */
const widestTerm = 38

/** Entries in two columns, the meanings wrapped to the width. */
export function renderEntries(entries: readonly Entry[], width: number): string[] {
  const column = Math.min(widestTerm, Math.max(0, ...entries.map(([term]) => textWidth(term)))) + 2
  return entries.flatMap(([term, meaning]) => {
    const lines = wrapTo(meaning, Math.max(20, width - column - 2))
    const [first = '', ...rest] = lines
    const head =
      textWidth(term) + 2 > column
        ? [`  ${term}`, `  ${padTo('', column)}${first}`]
        : [`  ${padTo(term, column)}${first}`]
    return [...head, ...rest.map((line) => `  ${padTo('', column)}${line}`)].map((line) => line.trimEnd())
  })
}
