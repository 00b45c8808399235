import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPlainText } from './plain-text.ts'

const encoder = new TextEncoder()

function filter(...pieces: (string | Uint8Array)[]): string {
  const plain = createPlainText()
  const texts = pieces.map((piece) => plain.push(typeof piece === 'string' ? encoder.encode(piece) : piece))
  return texts.join('') + plain.end()
}

test.each([
  ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
  ['line ends', 'one\r\ntwo\rthree\n', 'one\ntwo\rthree\n'],
  ['private modes', '\u001b[?2004h\u001b[>4;2m\u001b[<u$ ', '$ '],
  ['a title', '\u001b]0;my title\u0007text', 'text'],
  ['a title, the other end', '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['a device control string', '\u001bP+q544e\u001b\\text', 'text'],
  ['character sets', '\u001b(B\u001b=text\u001b>', 'text'],
  ['spaces that are moves of the cursor', 'Claude\u001b[1CCode\u001b[Cv2\u001b[3C!', 'Claude Code v2   !'],
  ['bells and backspaces', 'a\u0007b\u0008c\u0000', 'abc'],
  ['an unfinished sequence at the end', 'text\u001b[3', 'text'],
  ['a title that never ends', '\u001b]0;title\u001b[1mbold', 'bold'],
  ['text beyond ASCII', 'ünïcödé 漢字 🚢\ttab', 'ünïcödé 漢字 🚢\ttab'],
])('%s', (_, given, expected) => {
  expect(filter(given)).toBe(expected)
})

test('pieces are given out as soon as they are certain', () => {
  const plain = createPlainText()
  expect(plain.push(encoder.encode('ready\u001b['))).toBe('ready')
  expect(plain.push(encoder.encode('31mred\r'))).toBe('red')
  expect(plain.push(encoder.encode('\n'))).toBe('\n')
})

test('a line end with a sequence in it is one line end, wherever it is cut', () => {
  const plain = createPlainText()
  expect(plain.push(encoder.encode('one\r\u001b[K')) + plain.push(encoder.encode('\ntwo')) + plain.end()).toBe(
    'one\ntwo',
  )
})

test('a sequence that never ends does not hold back everything', () => {
  const plain = createPlainText()
  plain.push(encoder.encode(`\u001b]${'x'.repeat(2 * 1024 * 1024)}`))
  expect(plain.push(encoder.encode('after'))).toBe('after')
})

test('wherever the bytes are cut, the text is the same', () => {
  const part = fc.constantFrom(
    '\u001b',
    '[',
    ']',
    'P',
    '\\',
    '\u0007',
    '31',
    ';',
    'm',
    ' ',
    '(',
    'B',
    '\r',
    '\n',
    'ü',
    '🚢',
    '?',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), fc.array(fc.nat(60), { maxLength: 5 }), (parts, cuts) => {
      const bytes = encoder.encode(parts.join(''))
      const places = [
        0,
        ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((one, other) => one - other),
        bytes.length,
      ]
      const pieces = places.slice(1).map((place, index) => bytes.slice(places[index], place))
      expect(filter(...pieces)).toBe(filter(bytes))
    }),
  )
})
