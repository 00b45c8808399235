/** Vaults and secrets as a user has them; and that no value is found anywhere it should not be. */
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ExecOptions, exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { stopDaemon } from '../support/daemon.ts'
import { must } from '../support/must.ts'
import { temporaryPrefix } from '../support/temporary.ts'
import { openTerminal } from '../support/terminal.ts'

let berth: TestBerth
let directory: string
beforeEach(async () => {
  berth = await openBerth()
  directory = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}vault-`)))
  await must(['git', 'init', '-q'], { cwd: directory, env: berth.env })
})
afterEach(async () => {
  await berth.close()
  await rm(directory, { recursive: true, force: true })
})

const run = (args: string[], options: Omit<ExecOptions, 'env'> = {}) => berth.run(args, { cwd: directory, ...options })
const ok = (args: string[], options: Omit<ExecOptions, 'env'> = {}) => berth.ok(args, { cwd: directory, ...options })
const file = () => readFile(join(directory, 'berth.vault'), 'utf8')
const set = (name: string, value: string, ...flags: string[]) => ok(['secret', 'set', name, ...flags], { input: value })

/** Something no test, program or machine says by chance. */
const canary = 'cAnArY-9f83b1d7-secret'

describe('a vault', () => {
  beforeEach(() => ok(['vault', 'init']))

  test('values of any shape come back as they went in, and are not in the file', async () => {
    const values = {
      PLAIN: canary,
      QUOTES: `"'\`$X \${Y} \\n #`,
      LINES: '-----BEGIN\na\n-----END',
      UNICODE: 'ü 🔑',
      SPACES: '  x  ',
    }
    for (const [name, value] of Object.entries(values)) await set(name, value)
    const text = await file()
    for (const [name, value] of Object.entries(values)) {
      expect(await ok(['secret', 'get', name])).toBe(`${value}\n`)
      expect(text).toMatch(new RegExp(`^${name}=encrypted:age:v1:[\\w-]+$`, 'm'))
    }
    expect(text).not.toContain(canary)
  })

  test('a program gets them as its environment, and its exit code is ours', async () => {
    await set('TOKEN', canary)
    const { exitCode, stdout } = await run(['vault', 'run', '--', 'sh', '-c', 'printf "%s" "$TOKEN"; exit 7'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: canary })
  })

  test('a diff shows what changed and nothing else; the same value again is no change', async () => {
    await set('A', 'one')
    await set('B', 'two')
    const before = (await file()).split('\n')
    expect(await set('A', 'one')).toContain('is the same already')
    await set('B', 'three')
    const after = (await file()).split('\n')
    expect(after.filter((line, at) => line !== before[at]).map((line) => line.split('=')[0])).toEqual(['B'])
    await ok(['secret', 'unset', 'B'])
    expect(await ok(['secret', 'ls', '--quiet'])).toBe('A\n')
  })

  test('age itself reads a value of the file', async () => {
    await set('A', canary)
    const value = /^A=encrypted:age:v1:(.+)$/m.exec(await file())?.[1] ?? ''
    await writeFile(join(directory, 'a.age'), Buffer.from(value, 'base64url'))
    const identity = join(berth.home, 'vault', 'identity')
    expect(await must(['age', '--decrypt', '--identity', identity, 'a.age'], { cwd: directory, env: berth.env })).toBe(
      canary,
    )
  })

  test('a value on the command line is refused, and said back nowhere', async () => {
    for (const words of [[`A=${canary}`], ['A', canary]]) {
      const { exitCode, stdout, stderr } = await run(['secret', 'set', ...words])
      expect(exitCode).toBe(2)
      expect(stdout + stderr).not.toContain(canary)
    }
  })

  test('plain text in it is found; so is what we cannot read', async () => {
    await set('A', 'x')
    const other = (
      await must(['sh', '-c', 'age-keygen 2>/dev/null | age-keygen -y'], { cwd: directory, env: berth.env })
    ).trim()
    const foreign = await must(['sh', '-c', `printf x | age -r ${other} | base64 -w0 | tr '+/' '-_' | tr -d =`], {
      cwd: directory,
      env: berth.env,
    })
    const more = `DB_PASSWORD=hunter2\nLOG_LEVEL=info\nB=encrypted:age:v1:${foreign.trim()}\n`
    await writeFile(join(directory, 'berth.vault'), (await file()) + more)
    const { exitCode, stdout } = await run(['vault', 'check'])
    expect(exitCode).toBe(1)
    expect(stdout).toContain('DB_PASSWORD: a secret in plain text')
    expect(stdout).toContain('B in ')
    expect(stdout).not.toMatch(/LOG_LEVEL|hunter2/)
    await set('DB_PASSWORD', 'hunter2')
    await ok(['secret', 'unset', 'B'])
    expect(await ok(['vault', 'check'])).toMatch(/^✓/)
  })
})

describe('who can read', () => {
  let other: TestBerth
  beforeEach(async () => {
    other = await openBerth()
    await ok(['vault', 'init'])
    await set('A', canary)
  })
  afterEach(() => other.close())

  const theirs = (args: string[]) => other.run(args, { cwd: directory })

  test('somebody else, from when they are added until they are removed', async () => {
    const key = (await other.ok(['secret', 'key'])).trim()
    expect(await theirs(['secret', 'get', 'A'])).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('cannot be read'),
    })
    await ok(['vault', 'recipients', '--add', `ada=${key}`])
    // the vault was used there before, with other recipients
    expect(await theirs(['secret', 'get', 'A'])).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining(`+ ${key} ada`),
    })
    await other.ok(['vault', 'trust'], { cwd: directory })
    expect((await theirs(['secret', 'get', 'A'])).stdout).toBe(`${canary}\n`)
    await ok(['vault', 'recipients', '--remove', 'ada'])
    await other.ok(['vault', 'trust'], { cwd: directory })
    expect(await theirs(['secret', 'get', 'A'])).toMatchObject({ exitCode: 4 })
    expect(await ok(['secret', 'get', 'A'])).toBe(`${canary}\n`)
  })

  test('a recipient written into the header by somebody else stops everything until trusted', async () => {
    const key = (await other.ok(['secret', 'key'])).trim()
    const before = await file()
    const changed = before.replace('\n# recipient', `\n# recipient ${key}\n# recipient`)
    await writeFile(join(directory, 'berth.vault'), changed)
    for (const args of [
      ['secret', 'get', 'A'],
      ['secret', 'unset', 'A'],
      ['vault', 'run', '--', 'true'],
      ['vault', 'rotate'],
    ])
      expect(await run(args)).toMatchObject({ exitCode: 4, stderr: expect.stringContaining(`+ ${key}`) })
    const failed = await run(['secret', 'set', 'A', '--json'], { input: 'new' })
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: 'VAULT_UNTRUSTED', details: { added: [key] } } })
    expect(await file()).toBe(changed)
    expect(await run(['vault', 'trust', '--fingerprint', 'SHA256:wrong'])).toMatchObject({ exitCode: 4 })
    const { fingerprint } = await berth.data<{ fingerprint: string }>(['vault', 'recipients'], { cwd: directory })
    await ok(['vault', 'trust', '--fingerprint', fingerprint])
    expect(await ok(['secret', 'get', 'A'])).toBe(`${canary}\n`)
  })

  test('a new key: everything opens with it, the old one opens nothing that was encrypted anew', async () => {
    await set('B', 'wide', '--app', 'shop')
    const identity = join(berth.home, 'vault', 'identity')
    const old = /AGE-SECRET-KEY-\S+/.exec(await readFile(identity, 'utf8'))?.[0] ?? ''
    await ok(['vault', 'rotate', '--forget-old'])
    expect(await readFile(identity, 'utf8')).not.toContain(old)
    expect(await ok(['secret', 'get', 'A'])).toBe(`${canary}\n`)
    expect(await ok(['secret', 'get', 'B', '--app', 'shop'])).toBe('wide\n')
    const env = { ...berth.env, BERTH_VAULT_IDENTITY: old }
    const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
    expect(await exec([program, 'secret', 'get', 'A'], { cwd: directory, env })).toMatchObject({ exitCode: 4 })
  })

  test('a key in the environment, on a machine that keeps none', async () => {
    const key = /AGE-SECRET-KEY-\S+/.exec(await readFile(join(berth.home, 'vault', 'identity'), 'utf8'))?.[0] ?? ''
    const machine = await openBerth({ env: { BERTH_VAULT_IDENTITY: key } })
    try {
      expect(await machine.ok(['secret', 'get', 'A'], { cwd: directory })).toBe(`${canary}\n`)
      await expect(stat(join(machine.home, 'vault', 'identity'))).rejects.toThrow('ENOENT')
    } finally {
      await machine.close()
    }
  })
})

test('scopes: the narrowest one wins, and contexts do not see each other', async () => {
  await set('URL', 'context')
  await set('ONLY', 'context')
  await ok(['vault', 'init'])
  await set('URL', 'project')
  await set('URL', 'app', '--app', 'shop')
  await set('URL', 'machine', '--machine', 'prod-1')
  const get = async (...flags: string[]) => (await ok(['secret', 'get', 'URL', ...flags])).trim()
  expect(await get()).toBe('project')
  expect(await get('--app', 'shop')).toBe('app')
  expect(await get('--app', 'shop', '--machine', 'prod-1')).toBe('machine')
  expect(await get('--app', 'other')).toBe('project')
  const { secrets } = await berth.data<{ secrets: object[] }>(['secret', 'ls', '--app', 'shop'], { cwd: directory })
  expect(secrets).toMatchObject([
    { key: 'ONLY', scope: 'context', overrides: [] },
    { key: 'URL', scope: 'app', overrides: ['context', 'file'] },
  ])
  expect(await run(['secret', 'get', 'ONLY', '--context', 'customer'])).toMatchObject({ exitCode: 3 })
  expect(await run(['secret', 'ls', '--app', '../../x'])).toMatchObject({ exitCode: 2 })
})

test('on a terminal a secret is shown when asked to be, and typed blind', async () => {
  await ok(['vault', 'init'])
  const path = `${join(import.meta.dirname, '..', '..', 'bin')}:${process.env['PATH']}`
  const terminal = await openTerminal({ cwd: directory, env: { ...berth.env, PATH: path, CI: undefined } })
  try {
    await terminal.line('berth secret set A')
    await terminal.shows('value of A')
    await terminal.line(canary)
    const screen = await terminal.shows('A is set in')
    expect(screen).not.toContain(canary)
    await terminal.line('clear; berth secret get A')
    expect(await terminal.shows('hint: add --reveal')).not.toContain(canary)
    await terminal.line('clear; berth secret get A --reveal')
    await terminal.shows(canary)
  } finally {
    await terminal.close()
  }
})

test('the secrets of other tools come along', async () => {
  await ok(['vault', 'init'])
  const kept = join(import.meta.dirname, '..', 'support', 'secret-files')
  await writeFile(join(directory, '.env'), 'A=1\nB="two words"\n')
  expect(await ok(['secret', 'set', '--import', '.env'])).toContain('2 read, 2 set')
  await mkdir(join(directory, 'x'))
  await writeFile(join(directory, 'x', '.env'), await readFile(join(kept, 'dotenvx.env')))
  await writeFile(join(directory, 'x', '.env.keys'), await readFile(join(kept, 'dotenvx.keys')))
  await ok(['secret', 'set', '--import', 'x/.env'])
  expect(await ok(['secret', 'get', 'DB_PASSWORD'])).toBe('s3cr3t-dotenvx\n')
  expect(await run(['secret', 'set', '--import', join(kept, 'sops.env')])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('no age key of yours'),
  })
})

test('no value in any file, log, event, database or argument list', async () => {
  await ok(['vault', 'init'])
  await set('A', canary)
  await set('SHORTER', canary, '--app', 'shop')
  await writeFile(join(directory, '.env'), `IMPORTED=${canary}\n`)
  await ok(['secret', 'set', '--import', '.env', '--machine', 'm'])
  await rm(join(directory, '.env'))
  await ok(['secret', 'get', 'A'])
  await ok(['secret', 'ls', '--json'])
  await ok(['vault', 'check'])
  await ok(['vault', 'rotate'])
  await ok(['secret', 'unset', 'SHORTER', '--app', 'shop'])
  await run(['secret', 'get', canary])
  await run(['secret', 'set', 'not a name'], { input: canary })
  const arguments_ =
    'tr "\\0" " " </proc/$$/cmdline; for p in /proc/[0-9]*; do tr "\\0" " " <$p/cmdline; echo; done 2>/dev/null'
  const seen = await ok(['vault', 'run', '--', 'sh', '-c', arguments_])
  expect(seen).toContain('vault run')
  expect(seen).not.toContain(canary)
  const events = await ok(['events', '--json'])
  expect(events).toContain('secret.set')
  expect(events).not.toContain(canary)
  await stopDaemon(berth)
  const { exitCode, stdout } = await exec(['grep', '-r', '-l', '-a', canary, berth.home, directory])
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  for (const path of ['vault/identity', 'vault/trust.json', 'contexts/default/secrets/machines/m.vault'])
    expect((await stat(join(berth.home, path))).mode & 0o077, path).toBe(0)
})
