/** Whoever is not the owner gets nothing: another user, a guesser, a replayer, one who writes odd names, a machine that lies. */
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { socketPath } from '../../src/contract/home.ts'
import { callApi } from '../support/api.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { daemonPid } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const canBeAnother = process.platform === 'linux' && process.getuid?.() === 0
if (!canBeAnother) console.warn('security.test.ts cannot be another user here: it needs Linux and root')

let berth: TestBerth
let project: TestProject
async function open() {
  berth = await openBerth()
  project = await makeProject({ 'note.txt': 'x' }, { name: 'shop' })
  await berth.ok(['create', 'tea'], { cwd: project.directory })
}
const close = () => Promise.all([berth.close(), project.remove()])

const issue = async (...flags: string[]) =>
  (await berth.data<{ token: string; record: { id: string } }>(['login', 'local', '--for', 'x', ...flags])).token
const codeOf = ({ body }: { body: unknown }) => (body as { error?: { code: string } }).error?.code

describe('another user of this machine', () => {
  beforeAll(open)
  afterAll(close)

  /** What a program run as somebody else says. The state directory itself may even be open to all. */
  const asOther = (...argv: string[]) =>
    spawnSync('setpriv', ['--reuid=54321', '--regid=54321', '--clear-groups', '--', ...argv], { encoding: 'utf8' })

  test.skipIf(!canBeAnother)('cannot open the socket, nor read what lies beside it', async () => {
    await chmod(berth.home, 0o755)
    const script = `require('net').connect(process.argv[1]).on('connect',()=>console.log('in')).on('error',(e)=>console.log(e.code))`
    const socket = socketPath(berth.home)
    expect(asOther(process.execPath, '-e', script, socket).stdout).toBe('EACCES\n')
    expect(
      spawnSync(process.execPath, ['-e', `${script};setTimeout(()=>process.exit(),500)`, socket], { encoding: 'utf8' })
        .stdout,
    ).toBe('in\n')
    for (const file of ['state.db', 'state.db-wal', 'berthd.log'])
      expect(asOther('cat', join(berth.home, file)).stderr).toContain('Permission denied')
    await chmod(berth.home, 0o700)
  })

  test.skipIf(!canBeAnother)('cannot put a socket of theirs where ours is looked for', async () => {
    const planted = join(berth.home, 'planted')
    await mkdir(planted)
    spawnSync('chown', ['54321', planted])
    const { exitCode, stdout } = await berth.run(['ls', '--json'], {})
    expect(exitCode, stdout).toBe(0)
    const lured = spawnSync(join(import.meta.dirname, '..', '..', 'bin', 'berth'), ['ls', '--json'], {
      encoding: 'utf8',
      env: { ...process.env, BERTH_HOME: planted },
    })
    expect(lured.stdout).toContain('belongs to another user')
  })

  test('finds the directory closed', async () => {
    expect((await stat(berth.home)).mode & 0o777).toBe(0o700)
    expect((await stat(socketPath(berth.home))).mode & 0o777).toBe(0o600)
  })
})

describe('a token', () => {
  // guessing shuts everybody out for a while
  beforeEach(open)
  afterEach(close)

  test('cannot be guessed: few tries, and from then on none is looked at', async () => {
    const token = await issue('--scope', 'admin')
    const guess = (index: number) => `${token.slice(0, 15)}${String(index).padStart(42, 'A')}`
    const answers = []
    for (let index = 0; index < 40; index++) answers.push(await callApi(berth, 'env.list', {}, { token: guess(index) }))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(14)
    expect(statuses).toContain(429)
    // not even the right one, until the time has passed; the owner is not shut out
    await eventually(async () => {
      // one more may be looked at every few seconds: this takes it
      expect((await callApi(berth, 'env.list', {}, { token: guess(40) })).status).toBe(429)
      expect((await callApi(berth, 'env.list', {}, { token })).status).toBe(429)
    })
    await berth.ok(['ls'])
  })

  test('that is wrong is answered the same, whatever is wrong with it, and before anything else', async () => {
    const token = await issue()
    const id = /^berth_([a-z0-9]{8})_/.exec(token)?.[1] ?? ''
    await berth.ok(['logout', 'local', '--token', id])
    const wrong = [token, `berth_zzzzzzzz_${'A'.repeat(43)}`, `berth_${id}_${'A'.repeat(43)}`, 'x', `${token}x`, ' ']
    const answers = []
    for (const one of wrong) answers.push(await callApi(berth, 'env.list', {}, { token: one }))
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1)
    expect(answers.map(({ headers }) => headers['berth-version'])).toEqual(wrong.map(() => undefined))
  })

  test('cannot follow or cancel what somebody else began', async () => {
    const headers = { 'berth-operation': 'ownersoperation1' }
    await callApi(berth, 'care.doctor', {}, { headers })
    const token = await issue('--scope', 'operate')
    const follow = await callApi(berth, 'operation.follow', { operation: 'ownersoperation1' }, { token })
    expect(follow.body).toMatchObject({ error: { code: 'OPERATION_NOT_FOUND' } })
    const cancel = await callApi(berth, 'operation.cancel', { operation: 'ownersoperation1' }, { token })
    expect(codeOf(cancel)).toBe('OPERATION_NOT_FOUND')
    // nor join it under its id
    const join = await callApi(berth, 'care.doctor', {}, { token, headers })
    expect(codeOf(join)).toBe('OPERATION_NOT_FOUND')
  })

  test('for one project reaches no other through what its requests may name', async () => {
    const other = await makeProject({ 'compose.yaml': 'services: {}\n' }, { name: 'blog' })
    try {
      await berth.ok(['create', 'secret'], { cwd: other.directory })
      const token = await issue('--scope', 'operate', '--project', 'shop')
      const call = (name: string, input: unknown) => callApi(berth, name, input, { token })
      for (const env of [
        { name: 'secret' },
        { name: 'blog/secret' },
        { name: 'secret', project: 'blog' },
        { name: 'secret', directory: other.directory },
      ])
        for (const route of [
          'env.status',
          'env.diff',
          'env.logs',
          'env.down',
          'env.destroy',
          'env.names',
          'session.list',
          'env.variables',
        ])
          expect((await call(route, { env })).body, `${route} ${JSON.stringify(env)}`).not.toMatchObject({
            env: { name: 'secret' },
          })
      const source = { kind: 'directory', directory: other.directory }
      expect((await call('env.create', { name: 'x', source })).body).toMatch(/"project":"shop"/)
      expect(codeOf(await call('env.create', { name: 'y', project: 'blog', source }))).toBe('PROJECT_NOT_FOUND')
      expect(codeOf(await call('env.up', { env: { name: 'blog/z' }, create: { source } }))).toBeUndefined()
      expect(await berth.ok(['ls', '--quiet', '--project', 'blog'])).toBe('blog/secret\n')
      for (const route of ['care.gc', 'care.doctor', 'setup.preview', 'daemon.stop'])
        expect(codeOf(await call(route, {})), route).toBe('ACCESS_DENIED')
      expect(codeOf(await call('env.up', { env: { name: 'tea' }, variables: { DATA: '/etc' } }))).toBe('ACCESS_DENIED')
      const { body } = await callApi(berth, 'event.feed', {}, { token })
      expect(body).toContain('shop/tea')
      expect(body).not.toMatch(/blog\/|secret/)
    } finally {
      await other.remove()
    }
  })
})

describe('names and paths', () => {
  beforeAll(open)
  afterAll(close)

  /** What berthd itself keeps in its directory. */
  const known =
    /^(state\.db.*|berthd\..*|id|ran\.json.*|bases|workspaces|envs|children|tmux|kept|backups|machines|uploads|logins|starts)$/

  const odd = [
    '../../etc/passwd',
    '..',
    '.',
    '/etc/passwd',
    '-rf',
    '--help',
    'a/../../b',
    'x\0y',
    '\u001b[2J',
    'a\nb',
    '%2e%2e%2f',
    '~',
    '$(id)',
    '`id`',
    'ü',
    'x'.repeat(900),
  ]

  test.each(odd)('%j is the name of nothing that leads out of the state directory', async (name) => {
    const source = { kind: 'directory', directory: project.directory }
    const env = { name, project: 'shop' }
    const answers = [
      await callApi(berth, 'env.create', { name, source }),
      await callApi(berth, 'env.create', { name: 'ok', project: name, source: { kind: 'empty' } }),
      await callApi(berth, 'env.status', { env }),
      await callApi(berth, 'env.logs', { env: { name: 'tea' }, services: [name] }),
      await callApi(berth, 'env.pull', { env: { name: 'tea' }, branch: name }),
      await callApi(berth, 'session.transcript', { env: { name: 'tea' }, session: name }),
      await callApi(berth, 'session.stop', { env: { name: 'tea' }, session: name }),
    ]
    for (const { body } of answers) expect(JSON.stringify(body)).not.toMatch(/INTERNAL|root:x:/)
    expect((await readdir(berth.home)).filter((entry) => !known.test(entry))).toEqual([])
    const { envs } = await berth.data<{ envs: { workspace: string }[] }>(['ls'])
    for (const { workspace } of envs) expect(workspace.startsWith(join(berth.home, 'workspaces'))).toBe(true)
    // as a machine's it is no file of a login either
    if (name !== '--help')
      expect([2, 6]).toContain((await berth.run(['ls', '--on', name.replaceAll('\0', '')])).exitCode)
  })

  test.each(['../../outside.yaml', 'a/../../outside.yaml', '/etc/hosts', './..//../outside.yaml'])(
    'a compose file at %s is not the project’s',
    async (file) => {
      await writeFile(join(project.directory, '..', 'outside.yaml'), 'services: {}\n')
      const source = { kind: 'directory', directory: project.directory }
      const { body } = await callApi(berth, 'env.create', { name: 'out', source, composeFiles: [file] })
      expect(body).not.toContain('event: result')
      expect(body).toMatch(/SOURCE_INVALID|COMPOSE_NOT_FOUND/)
    },
  )

  test.each(['--upload-pack=touch /tmp/x', '-x', '@{-1}', 'HEAD..main', ':/x'])(
    '%j is no ref to copy from',
    async (ref) => {
      const source = { kind: 'ref', directory: project.directory, ref }
      const { body } = await callApi(berth, 'env.create', { name: 'ref', source })
      expect(body).toMatch(/SOURCE_INVALID|GIT_FAILED/)
    },
  )
})

describe('the daemon', () => {
  beforeAll(open)
  afterAll(close)

  test.each([
    ['no JSON', { raw: '{' }, 400],
    ['a body that is no object', { raw: '[]' }, 400],
    ['deep nesting', { raw: '['.repeat(200_000) }, 400],
    ['another method', { method: 'GET' }, 400],
    ['an odd operation id', { headers: { 'berth-operation': '../../x' } }, 200],
  ])('answers %s as a fault of the caller', async (_, options, status) => {
    expect((await callApi(berth, 'env.list', {}, options)).status).toBe(status)
  })

  test('does not read more than it takes', async () => {
    const answer = await callApi(berth, 'env.list', {}, { raw: ' '.repeat(17 * 1024 * 1024) }).catch(() => ({
      status: 400,
    }))
    expect(answer.status).toBe(400)
    await berth.ok(['ls'])
  })

  test('is not disturbed by who speaks another language, or stops in the middle', async () => {
    const pid = await daemonPid(berth)
    for (const words of [
      '\x16\x03\x01\x02\x00',
      'GET / HTTP/1.1\r\n',
      `POST /v1/env.list HTTP/1.1\r\ncontent-length: 99\r\n\r\n{`,
    ]) {
      const socket = connect(socketPath(berth.home))
      await new Promise<void>((resolve) => socket.end(words, () => resolve()))
      socket.destroy()
    }
    await berth.ok(['ls'])
    expect(await daemonPid(berth)).toBe(pid)
  })
})
