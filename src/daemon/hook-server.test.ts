import { expect, test } from 'vitest'
import { isAllowed } from './hook-server.ts'

test.each<[from: string, allow: string[], expected: boolean]>([
  ['192.0.2.7', [], true],
  ['192.0.2.7', ['192.0.2.0/24'], true],
  ['192.0.3.7', ['192.0.2.0/24'], false],
  ['192.0.3.7', ['192.0.2.0/24', '192.0.3.7/32'], true],
  // as a socket that takes both families names it
  ['::ffff:192.0.2.7', ['192.0.2.0/24'], true],
  ['::ffff:192.0.3.7', ['192.0.2.0/24'], false],
  ['2001:db8::7', ['2001:db8::/32'], true],
  ['2001:db8::7', ['192.0.2.0/24'], false],
  // gone before it could be asked
  ['', ['192.0.2.0/24'], false],
])('a request from %j where %j may come: %j', (from, allow, expected) => {
  expect(isAllowed(from, allow)).toBe(expected)
})
