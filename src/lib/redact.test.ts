import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSecretName, redact, redactValue, secretValues } from './redact.ts'

test.each([
  ['POSTGRES_PASSWORD=hunter22', 'POSTGRES_PASSWORD=***'],
  ['docker run -e API_KEY=abc123 -e PORT=80 x', 'docker run -e API_KEY=*** -e PORT=80 x'],
  ['export GITHUB_TOKEN="a b c"', 'export GITHUB_TOKEN="***"'],
  ['--db-password hunter22 --port 80', '--db-password *** --port 80'],
  ['--token=abc --verbose', '--token=*** --verbose'],
  ['{"apiKey":"abc","port":80}', '{"apiKey":"***","port":80}'],
  ['  password: hunter22', '  password: ***'],
  ['postgres://app:hunter22@db:5432/app', 'postgres://app:***@db:5432/app'],
  ['https://user:p%40ss@host/x?access_token=abc&y=1', 'https://user:***@host/x?access_token=***&y=1'],
  ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic ***'],
  ['sent bearer abcdefghijkl to it', 'sent bearer *** to it'],
  ['pushed with ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'pushed with ***'],
  ['key sk-ant-api03-abcdefghijklmnop is bad', 'key *** is bad'],
  ['AKIAIOSFODNN7EXAMPLE', '***'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def', '***'],
  ['AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ', '***'],
  [
    'a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nb',
    'a\n-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nb',
  ],
])('%s', (text, clean) => {
  expect(redact(text)).toBe(clean)
})

test.each([
  'SyntaxError: unexpected token: }',
  'MAX_TOKENS=100 is too few',
  'POSTGRES_PASSWORD_FILE=/run/secrets/db',
  'http://web.feat-x.localhost:7080/login?next=/home',
  'the author wrote author=Ada in keyboard=us',
  'git@github.com:acme/shop.git',
  'step 3/7: RUN npm ci',
  'sha256:9278c4bc72160000000000000000000000000000',
])('left as it is: %s', (text) => {
  expect(redact(text)).toBe(text)
})

const secretText = fc.stringMatching(/^[A-Za-z0-9+/=_.-]{8,40}$/)
const name = fc.constantFrom(
  'PASSWORD',
  'DB_PASSWORD',
  'apiKey',
  'github.token',
  'AWS_SECRET_ACCESS_KEY',
  'client-secret',
)

test('what is assigned to a secret name is never seen again', () => {
  fc.assert(
    fc.property(
      fc.string(),
      name,
      secretText,
      fc.constantFrom(' ', '\n', ' --port 80', '&x=1', ''),
      (before, key, secret, after) => {
        fc.pre(!before.includes(secret) && !'***'.includes(secret))
        expect(redact(`${before}\n${key}=${secret}${after}`)).not.toContain(secret)
        expect(redact(`${before} {"${key}": "${secret}"}${after}`)).not.toContain(secret)
      },
    ),
  )
})

test('a known value is never seen again, whatever stands around it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 8 }), fc.string(), (before, secret, after) => {
      fc.pre(!secret.includes('*'))
      expect(redact(before + secret + after, [secret])).not.toContain(secret)
    }),
  )
})

test('doing it again changes nothing', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('token=', 'password: ', 'Bearer ', 'a://b:c@d', '-----BEGIN PRIVATE KEY-----', '"', "'", '\n'),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const once = redact(pieces.join(''))
      expect(redact(once)).toBe(once)
    }),
  )
})

test('a value of any shape keeps its shape', () => {
  expect(redactValue({ password: 'x', deep: [{ url: 'redis://:pw@h', port: 1 }], token: null })).toEqual({
    password: '***',
    deep: [{ url: 'redis://:***@h', port: 1 }],
    token: null,
  })
})

test('names', () => {
  expect(['PGPASSWORD', 'STRIPE_SECRET_KEY', 'x-api-key', 'NPM_TOKEN', 'DB_PWD'].every(isSecretName)).toBe(true)
  expect(['PATH', 'PWD', 'OLDPWD', 'TOKENS', 'KEYBOARD', 'SSH_AUTH_SOCK', 'AUTHOR'].some(isSecretName)).toBe(false)
  expect(secretValues({ TOKEN: 'short', API_TOKEN: 'long-enough', HOME: '/home/ada-lovelace' })).toEqual([
    'long-enough',
  ])
})
