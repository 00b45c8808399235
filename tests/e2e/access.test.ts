/** Who may do what: tokens over the socket and over TLS, as their holders and the owner see them. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { callApi } from '../support/api.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { stopDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { makeProject, type TestProject } from '../support/project.ts'

interface Issued {
  token: string
  record: { id: string }
}
interface Failure {
  error: { code: string; message: string; hint: string }
}

let owner: TestBerth
let mate: TestBerth
let shop: TestProject
let blog: TestProject
let address: string

const listening = () => `[api]\nlisten = "${address}"\n`
const configFile = () => join(owner.home, 'config.toml')

/** The owner's machine serves its API to all tests; in each, a mate somewhere else has a state directory of her own. */
beforeAll(async () => {
  ;[owner, shop, blog] = await Promise.all([
    openBerth(),
    makeProject({ 'note.txt': 'x' }, { name: 'shop' }),
    makeProject({ 'note.txt': 'x' }, { name: 'blog' }),
  ])
  address = `127.0.0.1:${await freePort()}`
  await writeFile(configFile(), listening())
  await owner.ok(['create', 'tea'], { cwd: shop.directory })
  await owner.ok(['create', 'secret'], { cwd: blog.directory })
})
afterAll(() => Promise.all([owner.close(), shop.remove(), blog.remove()]))
beforeEach(async () => {
  mate = await openBerth()
})
afterEach(() => mate.close())

const issue = (...flags: string[]) => owner.data<Issued>(['login', 'local', '--for', 'mate', ...flags])
const use = (token: string, name = 'box') =>
  mate.run(['login', `https://${address}`, '--name', name], { input: `${token}\n` })
const failureOf = async (args: readonly string[]) =>
  (JSON.parse((await mate.run([...args, '--json'])).stdout) as Failure).error

test('a mate works on the project a token is for, and sees no other', async () => {
  const { token } = await issue('--scope', 'operate', '--project', 'shop')
  expect((await use(token)).stdout).toBe('box is reached with --on box: operate in shop, until revoked\n')
  expect(await mate.ok(['ls', '--on', 'box', '--quiet'])).toBe('shop/tea\n')
  // and beside her own, wherever all machines are shown
  // one that is busy may be silent for once
  await eventually(async () => {
    expect(await mate.ok(['ls', '--quiet'])).toBe('shop/tea --on box\n')
    expect(await mate.ok(['machines'])).toMatch(
      /^box +connected +\d+ ms .*https:\/\/127\.0\.0\.1:\d+ \(operate in shop/m,
    )
    expect(await mate.ok(['events'])).toMatch(/env\.created +box:shop\/tea/)
  })
  expect(await mate.ok(['events'])).not.toContain('secret')
  // from wherever she stands: the project is the only one there is for her
  await mate.ok(['create', 'milk', '--on', 'box'], { cwd: '/' })
  expect(await owner.ok(['ls', '--quiet'])).toBe('blog/secret\nshop/milk\nshop/tea\n')
  for (const name of ['secret', 'blog/secret'])
    expect(await failureOf(['status', name, '--on', 'box'])).toMatchObject({
      code: 'ENV_NOT_FOUND',
      hint: expect.not.stringContaining('blog') as string,
    })
  expect((await failureOf(['create', 'x', '--project', 'blog', '--on', 'box'])).code).toBe('PROJECT_NOT_FOUND')
  await mate.ok(['destroy', 'milk', '--yes', '--on', 'box'])
  expect(await owner.ok(['ls', '--quiet'])).toBe('blog/secret\nshop/tea\n')
})

test.each([
  ['read', ['create', 'x'], 'ACCESS_DENIED'],
  ['read', ['destroy', 'tea', '--yes'], 'ACCESS_DENIED'],
  ['read', ['gc'], 'ACCESS_DENIED'],
  ['operate', ['daemon', 'stop'], 'ACCESS_DENIED'],
  ['operate', ['tokens'], 'ACCESS_DENIED'],
  ['operate', ['audit'], 'ACCESS_DENIED'],
  ['operate', ['run', 'sh', 'tea'], 'ACCESS_DENIED'],
  ['operate', ['shell', 'tea'], 'ACCESS_DENIED'],
])('a token to %s does not let its holder %s', async (scope, args, code) => {
  await use((await issue('--scope', scope)).token)
  expect((await failureOf([...args, '--on', 'box'])).code).toBe(code)
  expect(await owner.ok(['ls', '--quiet'])).toBe('blog/secret\nshop/tea\n')
})

test('a token ends when it is revoked, given back, or past its end', async () => {
  const [revoked, short, given] = [await issue(), await issue('--expires', '1s'), await issue()]
  expect((await use(revoked.token)).exitCode).toBe(0)
  await owner.ok(['logout', 'local', '--token', revoked.record.id])
  const refused = await mate.run(['ls', '--on', 'box'])
  expect([refused.exitCode, refused.stderr]).toEqual([
    4,
    'error: the token is not valid here, or not any more\nhint: ask the owner of the machine for another one\n',
  ])
  await expect.poll(async () => (await use(short.token, 'brief')).exitCode, { timeout: 60_000 }).toBe(4)
  expect((await use(given.token, 'lent')).exitCode).toBe(0)
  expect(await mate.ok(['logout', 'lent'])).toBe('the token for lent is ended there and forgotten here\n')
  expect((await use(given.token, 'lent')).exitCode).toBe(4)
  expect((await mate.run(['ls', '--on', 'lent'])).exitCode).toBe(6)
  const { tokens } = await owner.data<{ tokens: { id: string; state: string }[] }>(['tokens', '--all'])
  const stateOf = ({ record }: Issued) => tokens.find(({ id }) => id === record.id)?.state
  expect([revoked, short, given].map(stateOf)).toEqual(['revoked', 'expired', 'revoked'])
})

test('nobody issues a token with more than the own one, and those issued end with it', async () => {
  await use((await issue('--scope', 'admin', '--project', 'shop', '--expires', '2h', '--envs', '3')).token)
  const by = (...flags: string[]) => ['login', 'box', '--for', 'friend', ...flags]
  const allowed = ['--project', 'shop', '--expires', '1h', '--envs', '2']
  const { token, record } = await mate.data<Issued>(by(...allowed))
  for (const more of [
    by(...allowed, '--programs', '--scope', 'operate'),
    by(...allowed.slice(2)),
    by(...allowed, '--project', 'blog'),
    by('--project', 'shop', '--expires', '3h', '--envs', '2'),
    by('--project', 'shop', '--envs', '4'),
    by('--project', 'shop'),
  ])
    expect((await failureOf(more)).code).toBe('ACCESS_DENIED')
  expect(await mate.ok(['tokens', '--on', 'box', '--quiet'])).toBe(`${record.id}\n`)
  await mate.ok(['logout', 'box'])
  expect((await use(token, 'friend')).exitCode).toBe(4)
})

test('what was done is in the audit: who, what, about what, and how it ended', async () => {
  const { token, record } = await issue('--scope', 'operate', '--project', 'shop')
  await use(token)
  await mate.ok(['create', 'milk', '--on', 'box'])
  await mate.run(['destroy', 'secret', '--yes', '--on', 'box'])
  await mate.ok(['destroy', 'milk', '--yes', '--on', 'box'])
  await callApi(owner, 'env.list', {}, { token: 'berth_nonsense' })
  interface Entry {
    who: string
    what: string
    subject: string | null
    result: string
  }
  const { entries } = await owner.data<{ entries: Entry[] }>(['audit', '--count', '500'])
  const seen = entries.map(({ who, what, subject, result }) => `${who} ${what} ${subject ?? '-'} ${result}`)
  for (const line of [
    'owner env.create tea ok',
    'owner token.issue mate ok',
    `${record.id} env.create shop/milk ok`,
    `${record.id} env.status secret ENV_NOT_FOUND`,
    'nobody env.list - TOKEN_INVALID',
  ])
    expect(seen).toContain(line)
  expect(await owner.ok(['audit', '--who', 'nobody'])).toMatch(/nobody +socket +env\.list +- +TOKEN_INVALID/)
})

test('a token is written down nowhere but with its holder', async () => {
  const { token } = await issue('--scope', 'admin')
  await use(token)
  await mate.run(['doctor', '--on', 'box'])
  const secret = token.split('_').slice(2).join('_').split('.')[0] ?? ''
  for (const file of ['state.db', 'state.db-wal', 'berthd.log'])
    expect((await readFile(join(owner.home, file), 'latin1')).includes(secret)).toBe(false)
  const login = join(mate.home, 'logins', 'box.json')
  expect((await readFile(login, 'utf8')).includes(secret)).toBe(true)
  expect((await stat(login)).mode & 0o777).toBe(0o600)
})

test('a machine with another certificate is not told the token', async () => {
  await use((await issue()).token)
  await stopDaemon(owner)
  const certificates = ['key.pem', 'cert.pem'].map((file) => join(owner.home, 'api', file))
  await Promise.all(certificates.map((file) => writeFile(file, '')))
  await owner.ok(['daemon', 'start'])
  expect((await failureOf(['ls', '--on', 'box'])).code).toBe('MACHINE_UNREACHABLE')
  await stopDaemon(owner)
  await Promise.all(certificates.map((file) => rm(file)))
  await owner.ok(['daemon', 'start'])
  const failure = await failureOf(['ls', '--on', 'box'])
  expect(failure.code).toBe('CERTIFICATE_CHANGED')
  const { entries } = await owner.data<{ entries: { from: string }[] }>(['audit', '--count', '1'])
  expect(entries[0]?.from).not.toBe('127.0.0.1')
})

test('without [api] nothing listens on a port, and a token still works over the socket', async () => {
  try {
    await stopDaemon(owner)
    await writeFile(configFile(), '')
    const issued = await owner.run(['login', 'local', '--for', 'agent', '--project', 'shop'])
    expect(issued.stderr).toContain('serves its API on no address')
    expect((await owner.data<{ api: string | null }>(['daemon', 'status'])).api).toBeNull()
    const answer = await callApi(owner, 'env.list', {}, { token: issued.stdout.trim() })
    expect((answer.body as { envs: { name: string }[] }).envs.map(({ name }) => name)).toEqual(['tea'])
    expect((await callApi(owner, 'care.gc', {}, { token: issued.stdout.trim() })).status).toBe(403)
  } finally {
    await stopDaemon(owner)
    await writeFile(configFile(), listening())
  }
})
