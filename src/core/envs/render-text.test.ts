import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderText } from './render-text.ts'

const tokens = { BERTH_ENV: 'feat-a', BERTH_BASE_URL: 'http://shop.feat-a.test' }
const plain = { tokens: true, replace: [] }

test.each([
  ['URL=${BERTH_BASE_URL}/x', 'URL=http://shop.feat-a.test/x'],
  ['${BERTH_ENV}-${CILO_ENV}', 'feat-a-feat-a'],
  ['${HOME} $BERTH_ENV {BERTH_ENV} ${other:-BERTH_ENV}', '${HOME} $BERTH_ENV {BERTH_ENV} ${other:-BERTH_ENV}'],
  ['$${BERTH_ENV} and $${UNKNOWN}', '${BERTH_ENV} and $${UNKNOWN}'],
])('%s', (text, expected) => {
  expect(renderText(text, plain, tokens)).toEqual({ text: expected, unknown: [] })
})

test('every token without a value is named, with its line', () => {
  expect(renderText('a\n${BERTH_NO}\n\n${BERTH_ENV}${CILO_toString}', plain, tokens).unknown).toEqual([
    { token: '${BERTH_NO}', line: 2 },
    { token: '${CILO_toString}', line: 4 },
  ])
})

test('literal replacements come first, with tokens in both halves', () => {
  const replace = [{ from: 'http://localhost', to: '${BERTH_BASE_URL}' }]
  expect(renderText('A=http://localhost/$&', { tokens: false, replace }, tokens).text).toBe(
    'A=http://shop.feat-a.test/$&',
  )
  const wrong = renderText('x', { tokens: true, replace: [{ from: 'x', to: '${BERTH_NO}' }] }, tokens)
  expect(wrong.unknown[0]).toEqual({ token: '${BERTH_NO}', line: 0 })
})

test('text without a token is never changed', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !/\$\{(?:BERTH|CILO)_/.test(value))
  fc.assert(fc.property(text, (value) => renderText(value, plain, tokens).text === value))
})

test('a value is taken as it is, whatever it looks like', () => {
  fc.assert(
    fc.property(
      fc.string(),
      (value) => renderText('<${BERTH_ENV}>', plain, { BERTH_ENV: value }).text === `<${value}>`,
    ),
  )
})
