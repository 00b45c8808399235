import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { encodeEncrypted } from './encrypted-value.ts'
import { changesSince, fingerprintOf, judgeTrust } from './trust.ts'
import {
  emptyVault,
  parseVault,
  rawValues,
  recipientsOf,
  renderVault,
  withRecipients,
  withValues,
} from './vault-file.ts'

const [ada, bob] = ['age1ada', 'age1bob'].map((key) => ({ key, name: '' })) as [
  { key: string; name: string },
  { key: string; name: string },
]
const encrypted = encodeEncrypted(Buffer.from('age-encryption.org/v1\n'))

const text = `# berth vault
# recipient age1ada Ada Lovelace
# recipient age1bob

# the database
DATABASE_URL=${encrypted}
export LOG_LEVEL = "info"
`

test('a file: who reads it, what is in it', () => {
  const document = parseVault(text, 'berth.vault')
  expect(recipientsOf(document)).toEqual([{ key: 'age1ada', name: 'Ada Lovelace' }, bob])
  expect([...rawValues(document)]).toEqual([
    ['DATABASE_URL', encrypted],
    ['LOG_LEVEL', 'info'],
  ])
})

test('a change touches its own line alone', () => {
  const changed = withValues(
    parseVault(text, 'x'),
    new Map([
      ['LOG_LEVEL', encrypted],
      ['NEW', encrypted],
    ]),
  )
  const before = text.split('\n')
  const after = renderVault(changed).split('\n')
  expect(after.filter((line) => !before.includes(line))).toEqual([`LOG_LEVEL=${encrypted}`, `NEW=${encrypted}`])
  expect(renderVault(withValues(changed, new Map([['NEW', null]])))).toBe(
    text.replace('export LOG_LEVEL = "info"', `LOG_LEVEL=${encrypted}`),
  )
})

test('other recipients stand where the old ones stood', () => {
  const changed = renderVault(withRecipients(parseVault(text, 'x'), [bob, { key: 'age1eve', name: 'Eve' }]))
  expect(changed.split('\n').slice(0, 4)).toEqual([
    '# berth vault',
    '# recipient age1bob',
    '# recipient age1eve Eve',
    '',
  ])
  expect(changed).toContain(`# the database\nDATABASE_URL=${encrypted}\n`)
})

test('a new file reads back', () => {
  const document = parseVault(renderVault(emptyVault([ada])), 'x')
  expect(recipientsOf(document)).toEqual([ada])
  expect(rawValues(document).size).toBe(0)
})

test('every fault at once, with its line', () => {
  const bad = `# nobody\nA=1\nA=2\nb c\n9X=1\nM="a\nB=encrypted:aes:v1:abc\n`
  const thrown = (() => {
    try {
      return parseVault(bad, 'x.vault')
    } catch (error) {
      return error
    }
  })() as AppError
  expect(thrown.code).toBe('VAULT_INVALID')
  expect(thrown.message.split('\n')).toEqual([
    'x.vault:3: A is there twice',
    'x.vault:4: expected KEY=value, a comment or nothing',
    'x.vault:5: 9X is no name of an environment variable',
    'x.vault:6: M goes over several lines; berth secret set takes such a value',
    'x.vault:7: B is encrypted in a way this Berth does not know',
    'x.vault: no line says who can read it (# recipient age1…)',
  ])
})

test('whatever is set is read back, and nothing else changes', () => {
  const key = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,10}$/)
  const value = fc.uint8Array({ minLength: 1, maxLength: 200 }).map(encodeEncrypted)
  fc.assert(
    fc.property(fc.dictionary(key, value, { noNullPrototype: true }), key, value, (all, extra, other) => {
      const document = withValues(emptyVault([ada]), new Map(Object.entries(all)))
      const read = parseVault(renderVault(withValues(document, new Map([[extra, other]]))), 'x')
      expect(Object.fromEntries(rawValues(read))).toEqual({ ...all, [extra]: other })
    }),
  )
})

describe('trust', () => {
  const record = (recipients: { key: string; name: string }[]) => ({
    repository: '/r',
    file: 'f',
    at: '',
    fingerprint: fingerprintOf(recipients),
    recipients: recipients.map(({ key }) => key),
  })

  test.each([
    ['never seen', [ada], undefined, 'first-use'],
    ['the same', [ada, bob], record([ada, bob]), 'trusted'],
    ['in another order, twice, with a name', [bob, { ...ada, name: 'Ada' }, bob], record([ada, bob]), 'trusted'],
    ['one more', [ada, bob], record([ada]), 'changed'],
    ['one less', [ada], record([ada, bob]), 'changed'],
    ['another one', [bob], record([ada]), 'changed'],
  ] as const)('%s', (_, recipients, before, state) => {
    expect(judgeTrust(recipients, before)).toBe(state)
  })

  test('who came and who went', () => {
    expect(changesSince([bob], ['age1ada'])).toEqual({ added: [bob], gone: ['age1ada'] })
  })
})
