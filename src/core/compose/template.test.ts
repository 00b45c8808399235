import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { interpolate, variablesOf } from './template.ts'

test('names of variables, nested defaults too, but not escaped dollars', () => {
  expect(variablesOf('$A-${B}/${C:-x}${D:?must ${E}}$$F ${G:+$H} $1 $')).toEqual(['A', 'B', 'C', 'D', 'E', 'G', 'H'])
})

test('variables are filled in as Compose does it', () => {
  const lookup = (name: string) => ({ SET: 'yes', EMPTY: '' })[name]
  const cases: Record<string, string> = {
    '$SET ${SET}': 'yes yes',
    '${NONE}': '',
    '${NONE-a} ${EMPTY-a} ${EMPTY:-a}': 'a  a',
    '${SET+a} ${EMPTY+a} ${EMPTY:+a} ${NONE+a}': 'a a  ',
    '${NONE:-${SET}}': 'yes',
    $$SET: '$SET',
    'a}b': 'a}b',
  }
  for (const [text, result] of Object.entries(cases)) expect(interpolate(text, lookup)).toBe(result)
})

test('any text can be read, and text without a dollar stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', ':', '-', '?', 'A', 'b', ' ') }), (text) => {
      variablesOf(text)
      if (!text.includes('$')) expect(interpolate(text, () => 'x')).toBe(text)
    }),
  )
})
