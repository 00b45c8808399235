import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Column, renderTable } from './table.ts'
import { textWidth } from './text-width.ts'

type Row = readonly [string, string, string]
const columns: Column<Row>[] = [
  { title: 'ENV', value: ([env]) => env },
  { title: 'SUBNET', value: ([, subnet]) => subnet, spare: true },
  { title: 'URL', value: ([, , url]) => url },
]

test('columns are aligned, wide characters too', () => {
  expect(
    renderTable(columns, [
      ['shop/日本', '10.224.0.0/26', 'http://a'],
      ['shop/b', '-', '-'],
    ]),
  ).toBe(
    ['ENV        SUBNET         URL', 'shop/日本  10.224.0.0/26  http://a', 'shop/b     -              -'].join('\n'),
  )
})

test('a narrow terminal loses spare columns first, then the ends of the widest', () => {
  const rows: Row[] = [['shop/feat-a', '10.224.0.0/26', 'http://feat-a.localhost:7080']]
  expect(renderTable(columns, rows, 50).split('\n')[1]).toBe('shop/feat-a  http://feat-a.localhost:7080')
  expect(renderTable(columns, rows, 30).split('\n')[1]).toBe('shop/feat-a  http://feat-a.lo…')
})

test('no line is wider than the terminal, whatever the rows hold', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string(), fc.string()), { minLength: 1 }),
      fc.integer({ min: 30, max: 120 }),
      (rows, width) => {
        for (const line of renderTable(columns, rows, width).split('\n'))
          expect(textWidth(line)).toBeLessThanOrEqual(width)
      },
    ),
  )
})

test('what a cell holds cannot move the cursor or break the line', () => {
  const text = renderTable(columns, [['a\u001b[2Jb\nc', '\u0007', '\u009b31mred']])
  expect(text.split('\n')[1]).toBe('ab c          red')
})
