import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { terminalText } from './terminal-text.ts'

test('colours stay, and end with the line', () => {
  expect(terminalText('\u001b[1;31mred\u001b[39m, \u001b[38;2;1;2;3mor 38:5\u001b[38:5:2m')).toBe(
    '\u001b[1;31mred\u001b[39m, \u001b[38;2;1;2;3mor 38:5\u001b[38:5:2m\u001b[0m',
  )
})

test.each([
  ['cursor', 'a\u001b[2J\u001b[1;1Hb'],
  ['title', 'a\u001b]0;owned\u0007b'],
  ['clipboard', 'a\u001b]52;c;ZXZpbA==\u001b\\b'],
  ['device control string', 'a\u001bP$q"p\u001b\\b'],
  ['8-bit forms', 'a\u009b2J\u009d0;owned\u009cb'],
  ['charset, reset, keypad', 'a\u001b(0\u001bc\u001b=b'],
  ['bell, backspace, carriage return', 'a\u0007\u0008\rb'],
])('no %s', (_, line) => {
  expect(terminalText(line)).toBe('ab')
})

test('an unfinished sequence takes nothing after its line along', () => {
  expect(terminalText('a\u001b]0;owned')).toBe('a')
  expect(terminalText('a\u001b[31')).toBe('a')
  expect(terminalText('a\u001b')).toBe('a')
})

test('whatever the bytes: no control character is left but tabs and those of colours', () => {
  const nasty = fc.array(
    fc.constantFrom(
      '\u001b',
      '[',
      ']',
      'P',
      '\\',
      '\u009b',
      ';',
      '1',
      'm',
      'J',
      '\u0007',
      '\u009c',
      '\r',
      'x',
      '\t',
      ' ',
      '?',
    ),
  )
  fc.assert(
    fc.property(nasty, (parts) => {
      // oxlint-disable-next-line no-control-regex -- control characters are what it is about
      const rest = terminalText(parts.join('')).replaceAll(/\u001b\[[\d;:]*m/g, '')
      // oxlint-disable-next-line no-control-regex -- control characters are what it is about
      expect(rest).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/)
    }),
  )
})
