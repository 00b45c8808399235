/** Files that dotenvx 2.38 and sops 3.9 wrote; their keys lie beside them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSecretFiles } from './read-secret-file.ts'

const directory = join(import.meta.dirname, '..', '..', '..', 'tests', 'support', 'secret-files')
const text = (name: string) => readFileSync(join(directory, name), 'utf8')
const ageKey = /AGE-SECRET-KEY-\S+/.exec(text('age-key.txt'))?.[0] ?? ''
const dotenvxKey = /=([0-9a-f]{64})/.exec(text('dotenvx.keys'))?.[1] ?? ''

const read = (files: Record<string, string>, path: string, keys: { age?: string[]; dotenvx?: string[] } = {}) =>
  createSecretFiles({ readText: async (name) => files[name] }).read(path, { age: [], dotenvx: [], ...keys })

test('a dotenv file', async () => {
  expect(await read({ '/x/.env': 'A=1 # one\nexport B="x\ny"\n' }, '/x/.env')).toEqual({ A: '1', B: 'x\ny' })
})

const fromDotenvx = { HELLO: 'World wide', DB_PASSWORD: 's3cr3t-dotenvx', MULTI: 'a\nb' }

test('dotenvx, its key beside it or given', async () => {
  const file = { '/x/.env': text('dotenvx.env') }
  expect(await read({ ...file, '/x/.env.keys': text('dotenvx.keys') }, '/x/.env')).toEqual(fromDotenvx)
  expect(await read(file, '/x/.env', { dotenvx: [dotenvxKey] })).toEqual(fromDotenvx)
})

test('dotenvx without its key', async () => {
  await expect(read({ '/x/.env': text('dotenvx.env') }, '/x/.env', { dotenvx: ['ab'.repeat(32)] })).rejects.toThrow(
    'no key of dotenvx opens DB_PASSWORD, HELLO, MULTI of /x/.env',
  )
})

test.each([
  ['sops.env', { HELLO: 'World', DB_PASSWORD: 's3cr3t-sops # x', MULTI: 'a\nb' }],
  [
    'sops.yaml',
    { HELLO: 'World', DB_PASSWORD: 's3cr3t-sops', PORT: '5432', DEBUG: 'true', RATE: '0.5', MULTI: 'a\nb\n' },
  ],
  ['sops.json', { HELLO: 'World', DB_PASSWORD: 's3cr3t-sops', PORT: '5432', DEBUG: 'true', NAME_unencrypted: 'x' }],
])('%s', async (name, expected) => {
  expect(await read({ [name]: text(name) }, name, { age: [ageKey] })).toEqual(expected)
})

test('sops: without the key, changed by hand, nested', async () => {
  const file = text('sops.json')
  await expect(read({ f: file }, 'f')).rejects.toThrow('f: no age key of yours opens it')
  await expect(read({ f: file.replace('"x"', '"y"') }, 'f', { age: [ageKey] })).rejects.toThrow('f: its checksum (MAC)')
  const other = file.replace(/"HELLO": "ENC\[AES256_GCM,data:...../, '"HELLO": "ENC[AES256_GCM,data:AAAAA')
  await expect(read({ f: other }, 'f', { age: [ageKey] })).rejects.toThrow('f: a value is damaged')
  await expect(read({ f: text('sops-nested.yaml') }, 'f', { age: [ageKey] })).rejects.toThrow(
    'f: db holds more than one',
  )
})

test('a file that is not there', async () => {
  await expect(read({}, '/x/.env')).rejects.toMatchObject({ code: 'IMPORT_FAILED' })
})
