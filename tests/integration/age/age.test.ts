/** Our encryption against the `age` program: each opens what the other closed. And where the private key lies. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAgeCipher } from '../../../src/adapters/age/age-cipher.ts'
import { createIdentityStore } from '../../../src/adapters/age/identity-store.ts'
import { createLocalFiles } from '../../../src/adapters/files/local-files.ts'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { exec } from '../../../src/lib/exec.ts'
import { must } from '../../support/must.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-age-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const cipher = createAgeCipher()
const secret = 'höchst geheim\nline two\n'

test('what we encrypt, age decrypts: for each of several recipients', async () => {
  const ours = await cipher.newKey()
  await must(['age-keygen', '-o', join(directory, 'theirs')], { cwd: directory, env: process.env })
  const theirs = await must(['age-keygen', '-y', join(directory, 'theirs')], { cwd: directory, env: process.env })
  const file = join(directory, 'secret.age')
  await writeFile(file, await cipher.encrypt(secret, [await cipher.recipientOf(ours), theirs.trim()]))
  await writeFile(join(directory, 'ours'), `${ours}\n`)
  for (const key of ['ours', 'theirs']) {
    const { exitCode, stdout } = await exec(['age', '--decrypt', '--identity', join(directory, key), file])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: secret })
  }
})

test('what age encrypts, we decrypt; with the wrong key nobody does', async () => {
  const key = await cipher.newKey()
  const file = join(directory, 'secret.age')
  const { exitCode } = await exec(['age', '--recipient', await cipher.recipientOf(key), '--output', file], {
    input: secret,
  })
  expect(exitCode).toBe(0)
  const bytes = await readFile(file)
  expect(await cipher.decrypt(bytes, [await cipher.newKey(), key])).toBe(secret)
  expect(await cipher.decrypt(bytes, [await cipher.newKey()])).toBeUndefined()
})

test('what is no key or no age file is refused, and a bad private key is quoted nowhere', async () => {
  await expect(cipher.encrypt('x', ['age1xx'])).rejects.toMatchObject({ code: 'RECIPIENT_INVALID' })
  const mistyped = 'AGE-SECRET-KEY-1CANARYCANARYCANARY'
  const file = await cipher.encrypt('x', [await aRecipient()])
  const failures = [cipher.recipientOf(mistyped), cipher.decrypt(file, [mistyped])]
  for (const failure of await Promise.allSettled(failures)) {
    const { reason } = failure as PromiseRejectedResult
    expect(reason).toMatchObject({ code: 'IDENTITY_INVALID' })
    expect(
      JSON.stringify({ ...reason, message: reason.message, stack: reason.stack, cause: reason.cause }),
    ).not.toMatch(/CANARY/i)
  }
  await expect(cipher.decrypt(Buffer.from('no age file'), [await cipher.newKey()])).rejects.toMatchObject({
    code: 'VAULT_INVALID',
  })
})

const aRecipient = async () => cipher.recipientOf(await cipher.newKey())

const store = (platform: NodeJS.Platform = 'linux') =>
  createIdentityStore({ files: createLocalFiles(), host: createLocalHost(), home: directory, platform })

test('the private key lies in a file only its owner reads, as age-keygen would read it', async () => {
  const key = await cipher.newKey()
  expect(await store('freebsd').read()).toBeUndefined()
  const { path } = await store('freebsd').write([key], 'file')
  expect((await stat(path ?? '')).mode & 0o777).toBe(0o600)
  expect(await must(['age-keygen', '-y', path ?? ''], { cwd: directory, env: process.env })).toBe(
    await cipher.recipientOf(key),
  )
  expect(await store('freebsd').read()).toEqual({ keys: [key], place: 'file', path })
})

test('a key others can read is not used', async () => {
  const { path } = await store('freebsd').write([await cipher.newKey()], 'file')
  await exec(['chmod', '640', path ?? ''])
  await expect(store('freebsd').read()).rejects.toMatchObject({ code: 'IDENTITY_UNSAFE' })
})

/** A keychain as secret-tool presents one: the secret comes on its input, and never in its arguments. */
const secretTool = `#!/bin/sh
verb=$1; shift
printf '%s\\n' "$verb $*" >>"$KEYCHAIN.arguments"
case $verb in store) cat >"$KEYCHAIN" ;; lookup) cat "$KEYCHAIN" ;; esac
`

test('the keychain: the file goes, the arguments hold no key', async () => {
  const bin = join(directory, 'secret-tool')
  await writeFile(bin, secretTool, { mode: 0o755 })
  const env = { ...process.env, PATH: `${directory}:${process.env['PATH']}`, KEYCHAIN: join(directory, 'keychain') }
  const host = { run: (argv: readonly string[], options = {}) => createLocalHost().run(argv, { ...options, env }) }
  const withKeychain = createIdentityStore({ files: createLocalFiles(), host, home: directory, platform: 'linux' })
  const keys = [await cipher.newKey(), await cipher.newKey()]
  const { path } = await withKeychain.write(keys, 'file')
  expect(await withKeychain.write(keys, 'keychain')).toEqual({ keys, place: 'keychain', path: null })
  await expect(stat(path ?? '')).rejects.toThrow('ENOENT')
  expect(await withKeychain.read()).toEqual({ keys, place: 'keychain', path: null })
  expect(await readFile(join(directory, 'keychain.arguments'), 'utf8')).not.toContain('AGE-SECRET-KEY')
})
