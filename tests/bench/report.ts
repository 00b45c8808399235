import { passes, type Result, type Row } from './model.ts'

/** What one row gave. */
export interface Measured {
  row: Row
  results: Result[]
}

/** The results as a Markdown table, one for each row. */
export function renderTable(measured: readonly Measured[]): string {
  return measured
    .map(({ row, results }) =>
      [
        `### ${row.about}`,
        '',
        '| what | measured | target | | how |',
        '|---|---|---|---|---|',
        ...results.map(renderLine),
      ].join('\n'),
    )
    .join('\n\n')
}

function renderLine(result: Result): string {
  const { title, detail, value, unit, limit, bound } = result
  const said = { true: 'kept', false: '**missed**', undefined: 'not measured' }[String(passes(result))]
  const verdict = result.failed ? '**failed**' : said
  const target = `${bound === 'most' ? '≤' : '≥'} ${show(limit, unit)}`
  return `| ${title} | ${value === undefined ? '–' : show(value, unit)} | ${target} | ${verdict} | ${detail} |`
}

function show(value: number, unit: Result['unit']): string {
  if (unit === '×') return `${value.toFixed(2)} ×`
  if (unit === '/s') return `${Math.round(value).toLocaleString('en')} /s`
  if (unit === 'lost') return value.toLocaleString('en')
  return `${value < 10 ? value.toFixed(2) : Math.round(value)} ${unit}`
}
