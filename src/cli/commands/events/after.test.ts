import { expect, test } from 'vitest'
import { readPlaces } from './after.ts'

test('a bare number, or one for each machine', () => {
  expect(readPlaces(['41'], undefined)).toEqual({ bare: 41, byMachine: new Map() })
  expect(readPlaces(['local:1', 'big-box:7'], undefined)).toEqual({
    bare: undefined,
    byMachine: new Map([
      ['local', 1],
      ['big-box', 7],
    ]),
  })
})

test.each([
  [['x'], undefined],
  [['-1'], undefined],
  [['big-box:'], undefined],
  [['1', '2'], undefined],
  [['1', 'big-box:2'], undefined],
  [['small-box:2'], 'big-box'],
])('%j is refused', (words, on) => {
  expect(() => readPlaces(words, on)).toThrow()
})
