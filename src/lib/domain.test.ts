import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDomain } from './domain.ts'

test.each([
  ['shop.example.com', 'shop.example.com'],
  ['Shop.Example.COM', 'shop.example.com'],
  ['shop.example.com.', 'shop.example.com'],
  ['*.example.com', '*.example.com'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
  ['intranet', 'intranet'],
  ['shop.localhost', 'shop.localhost'],
])('%s is %s', (text, domain) => expect(readDomain(text)).toBe(domain))

test.each([
  '',
  '.',
  '*',
  '*.com',
  '*.*.example.com',
  'shop.*.com',
  '-shop.com',
  'shop-.com',
  'shop..com',
  'shop_1.com',
  'shop.com:80',
  'shop.com/path',
  'user@shop.com',
  'http://shop.com',
  '10.0.0.1',
  '0x7f.1',
  '[::1]',
  'shop.com`) || Host(`x',
  'shop.com" }',
  "shop.com'",
  '${SHOP}.com',
  '$(id).com',
  '{http.request.host}',
  'shop.com\nHost: x',
  'shop.com\0',
  'shop.com x',
  'shop%2ecom',
  `${'a'.repeat(64)}.com`,
  `${'a.'.repeat(130)}com`,
])('%j is no domain', (text) => expect(readDomain(text)).toBeUndefined())

test('whatever it is given, only letters, digits, - and . come out', () => {
  const letters = [
    'a',
    '.',
    '-',
    '*',
    '`',
    '"',
    '{',
    '}',
    '$',
    '\\',
    '\n',
    '\0',
    '%',
    'ü',
    '\u3002',
    '\uff0e',
    '\u202e',
    '0',
  ]
  const text = fc.array(fc.constantFrom(...letters), { maxLength: 30 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (one) => {
      expect(readDomain(one) ?? 'a').toMatch(/^(\*\.)?[a-z0-9.-]+$/)
    }),
  )
})
