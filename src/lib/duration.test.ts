import { expect, test } from 'vitest'
import { parseDuration } from './duration.ts'

test.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['2d', 172_800_000],
])('%s', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds)
})

test.each(['', '10', 'm', '10 m', '-10m', '10mx', '2026-01-02'])('%s is none', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})
