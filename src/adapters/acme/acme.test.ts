import { expect, test } from 'vitest'
import { challengeFor } from './acme.ts'

test('what is to be shown for a token', () => {
  expect(challengeFor('*.example.com', 'dns-01', 'to-ken_1.thumb')).toMatchObject({
    name: '_acme-challenge.example.com',
    answer: expect.stringMatching(/^[\w-]{43}$/),
  })
  expect(challengeFor('example.com', 'http-01', 'to-ken_1.thumb')).toMatchObject({
    path: '/.well-known/acme-challenge/to-ken_1',
    answer: 'to-ken_1.thumb',
  })
})

test.each(['', '{env.HOME}', '`) || Host(`x', '../x', 'a b', 'a\nb', 'x'.repeat(300)])('%j is no token', (token) =>
  expect(() => challengeFor('example.com', 'http-01', `${token}.thumb`)).toThrow('that is none'),
)
