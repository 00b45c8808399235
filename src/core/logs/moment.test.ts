import { expect, test } from 'vitest'
import { momentAfter, parseMoment } from './moment.ts'

const now = new Date('2026-01-02T00:00:10.250Z')

test.each([
  ['10s', '1767312000.250000000'],
  ['250ms', '1767312010.000000000'],
  ['2026-01-02T00:00:00Z', '1767312000.000000000'],
  ['2026-01-02T00:00:00.000000001Z', '1767312000.000000001'],
  ['2026-01-02T01:00:00.5+01:00', '1767312000.500000000'],
  ['2026-01-02', '1767312000.000000000'],
])('%s', (text, moment) => {
  expect(parseMoment(text, now)).toBe(moment)
})

test.each(['yesterday', '10', '2026-13-40', ''])('%s is no moment', (text) => {
  expect(() => parseMoment(text, now)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

test('reading goes on a nanosecond later', () => {
  expect(momentAfter('2026-01-02T00:00:00.000000001Z')).toBe('1767312000.000000002')
  expect(momentAfter('2026-01-02T00:00:00.999999999Z')).toBe('1767312001.000000000')
  expect(momentAfter('2026-01-02T00:00:00Z')).toBe('1767312000.000000001')
})
