/** Terminals over a token: what a mate has who is let in by one, and has no SSH to the machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callApi } from '../support/api.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { ensureImages, images } from '../support/images.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { openTerminal } from '../support/terminal.ts'

interface Issued {
  token: string
  record: { id: string }
}

const program = join(import.meta.dirname, '../../bin/berth')
const compose = `services:
  web:
    image: ${images.busybox}
    command: sleep 100000
    init: true
`

let owner: TestBerth
let mate: TestBerth
let shop: TestProject
let address: string
let issued: Issued

beforeAll(async () => {
  await ensureImages(['busybox'])
  ;[owner, mate, shop] = await Promise.all([
    openBerth(),
    openBerth(),
    makeProject({ 'compose.yaml': compose }, { name: 'shop' }),
  ])
  address = `127.0.0.1:${await freePort()}`
  await writeFile(join(owner.home, 'config.toml'), `[api]\nlisten = "${address}"\n`)
  await owner.ok(['up', 'tea'], { cwd: shop.directory })
  issued = await issue()
  await use(issued.token, 'box')
})
afterAll(() => Promise.all([owner.close(), mate.close(), shop.remove()]))

const issue = (...flags: string[]) =>
  owner.data<Issued>([
    'login',
    'local',
    '--for',
    'mate',
    '--scope',
    'operate',
    '--project',
    'shop',
    '--programs',
    ...flags,
  ])
const use = (token: string, name: string) =>
  mate.ok(['login', `https://${address}`, '--name', name], { input: `${token}\n` })

test('a program in a container, with pipes: input, both outputs, exit code; with --json as a document', async () => {
  const script = 'cat; echo "a  b" >&2; exit 7'
  const piped = await mate.run(['exec', 'tea', '--on', 'box', '--', 'sh', '-c', script], { input: 'typed\n' })
  expect(piped).toMatchObject({ stdout: 'typed\n', stderr: 'a  b\n', exitCode: 7 })
  const { stdout, exitCode } = await mate.run([
    'exec',
    'tea',
    '--on',
    'box',
    '--json',
    '--',
    'sh',
    '-c',
    'echo hi; exit 3',
  ])
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    machine: 'box',
    data: { exitCode: 3, stdout: 'hi\n', stderr: '' },
  })
  expect(exitCode).toBe(3)
})

test('a command in the workspace, and docker compose; megabytes both ways, byte for byte', async () => {
  const where = await mate.ok(['run', 'tea', '--on', 'box', '--', 'sh', '-c', 'pwd; echo $BERTH_ENV'])
  expect(where).toBe(`${join(owner.home, 'workspaces/shop/tea')}\ntea\n`)
  expect(await mate.ok(['compose', '--on', 'box', 'tea', 'ps', '--services'])).toBe('web\n')
  const text = `${'0123456789abcdef'.repeat(64)}\n`.repeat(3000)
  const echoed = await mate.run(['run', 'tea', '--no-up', '--on', 'box', '--', 'cat'], { input: text })
  expect(echoed.stdout.length).toBe(text.length)
  expect(echoed.stdout === text).toBe(true)
  const missing = await mate.run(['run', 'tea', '--no-up', '--on', 'box', '--', 'no-such-program'])
  expect(missing.exitCode).toBe(1)
  expect(missing.stderr).toContain('error: no-such-program cannot be started in')
})

test('Ctrl-C in a pipe reaches the program there, which may still say something; so it ends where the caller is gone', async () => {
  const words = ['run', 'tea', '--no-up', '--on', 'box', '--', 'sh', '-c']
  const start = (script: string) => {
    const child = spawn(program, [...words, script], {
      env: { ...process.env, ...mate.env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    return { child, ended: once(child, 'exit'), ready: once(child.stdout, 'data') }
  }
  const file = join(shop.directory, 'said')
  const told = start(`trap 'echo bye >${file}; exit 3' INT; echo ready; while :; do sleep 0.05; done`)
  await told.ready
  told.child.kill('SIGINT')
  expect(await told.ended).toEqual([3, null])
  const left = start(`trap 'echo gone >${file}; exit 3' HUP; echo ready; while :; do sleep 0.05; done`)
  await left.ready
  left.child.kill('SIGKILL')
  await left.ended
  await eventually(async () =>
    expect(await owner.ok(['run', 'tea', '--no-up', '--', 'cat', file], { cwd: shop.directory })).toBe('gone\n'),
  )
})

test('a shell there is a real terminal: directory, size, a window that changes, Ctrl-C, exit code', async () => {
  const terminal = await openTerminal({ cwd: '/', env: mate.env, columns: 91, rows: 23 })
  try {
    await terminal.line(`${program} shell tea --on box`)
    await terminal.shows(/shop\/tea[#$]$/)
    await terminal.line('PS1="there> "; clear; pwd; stty size; tty; echo $BERTH_ENV')
    expect(await terminal.shows(/23 91\n\/dev\/pts\/\d+\ntea/)).toContain(join(owner.home, 'workspaces/shop/tea'))
    await terminal.resize(70, 20)
    await terminal.line('clear; stty size')
    await terminal.shows('20 70')
    await terminal.line('sleep 1000')
    await terminal.press('C-c')
    await terminal.line('echo went $((40 + 2)); exit 5')
    await terminal.shows('went 42')
    // until the shell here has its keys back, they are taken for the one there
    await terminal.shows(/\n\$$/)
    await terminal.line('echo code $?; stty -a | grep -o " echo "')
    await terminal.shows(/code 5\n echo/)
    await terminal.line(
      `clear; ${program} exec tea --on box -- sh -c 'tty; until stty size | grep 20; do sleep 0.1; done 2>/dev/null'`,
    )
    await terminal.shows(/\/dev\/pts\/\d+\n20 70/)
  } finally {
    await terminal.close()
  }
})

test('a session is started, joined, left and joined again', async () => {
  const terminal = await openTerminal({ cwd: '/', env: mate.env })
  try {
    await terminal.line(`${program} run sh tea --on box`)
    await terminal.shows('shop/tea')
    await terminal.line('echo sugar $((1 + 1))')
    await terminal.shows('sugar 2')
    await terminal.press('C-b', 'd')
    await terminal.shows('goes on in tea: berth attach tea sh --on box')
    await terminal.line(`clear; ${program} attach tea --on box`)
    await terminal.shows('sugar 2')
    await terminal.line('exit 4')
    await terminal.shows('has ended (exit code 4)')
  } finally {
    await terminal.close()
  }
})

test('a terminal ends with its token, when that is revoked and when its time is up; the audit tells of both', async () => {
  const [revoked, short] = await Promise.all([issue(), issue('--expires', '20s')])
  await Promise.all([use(revoked.token, 'lent'), use(short.token, 'brief')])
  const terminal = await openTerminal({ cwd: '/', env: mate.env })
  try {
    await terminal.line(`${program} exec tea --on brief -- sh -c 'echo up; sleep 2718281'`)
    await terminal.shows(/^error: the token has ended/m)
    await terminal.line(`clear; ${program} shell tea --on lent`)
    await terminal.line('echo in $((1 + 1)); sleep 2718282')
    await terminal.shows('in 2')
    await owner.ok(['logout', 'local', '--token', revoked.record.id])
    await terminal.shows(/^error: the token has ended/m)
    await terminal.line('clear; echo own $((1 + 1))')
    await terminal.shows('own 2')
  } finally {
    await terminal.close()
  }
  await eventually(async () =>
    expect(
      (await owner.run(['run', 'tea', '--no-up', '--', 'pgrep', '-f', '[s]leep 271828[12]'], { cwd: shop.directory }))
        .stdout,
    ).toBe(''),
  )
  interface Entry {
    who: string
    what: string
    subject: string
    result: string
  }
  const { entries } = await owner.data<{ entries: Entry[] }>(['audit', '--count', '500'])
  const said = entries.filter(({ who, what }) => who === revoked.record.id && what === 'terminal.raw')
  expect(new Set(said.map(({ subject, result }) => `${subject} ${result}`))).toEqual(
    new Set(['shop/tea TOKEN_INVALID', 'shop/tea begun']),
  )
  expect(said).toHaveLength(2)
})

test('it takes what a token must have: operate, programs, and an env of its projects', async () => {
  const { token } = await owner.data<Issued>([
    'login',
    'local',
    '--for',
    'ci',
    '--scope',
    'operate',
    '--project',
    'shop',
  ])
  await use(token, 'plain')
  const refused = await mate.run(['shell', 'tea', '--on', 'plain'])
  expect(refused).toMatchObject({ exitCode: 4, stdout: '' })
  expect(refused.stderr).toContain('does not let its holder run programs on the machine')
  const elsewhere = await mate.run(['exec', 'secret', '--on', 'box', '--', 'true'])
  expect(elsewhere.exitCode).toBe(3)
  // over the socket as over TLS; whoever speaks HTTP has what is printed in frames
  const raw = { env: { name: 'tea' }, argv: ['sh', '-c', 'cat; exit 6'], terminal: null }
  const answer = await callApi(owner, 'terminal.raw', raw, { token: issued.token, raw: `${JSON.stringify(raw)}\n` })
  expect(answer.status).toBe(200)
  expect(answer.body).toContain('{"exitCode":6}')
})

test('a login belongs to a context, as its machines do: another one has its own under the same name', async () => {
  const { token } = await owner.data<Issued>(['login', 'local', '--for', 'acme', '--scope', 'read'])
  const acme = ['--context', 'acme']
  await mate.ok(['context', 'create', 'acme'])
  const before = await mate.run(['ls', '--on', 'box', ...acme])
  expect(before.stderr).toContain('not connected to box')
  await mate.ok(['login', `https://${address}`, '--name', 'box', ...acme], { input: `${token}\n` })
  expect(await mate.ok(['machines', ...acme])).toMatch(/^box .*read in all projects/m)
  expect(await mate.ok(['machines'])).toMatch(/^box .*operate in shop/m)
  await eventually(async () => expect(await mate.ok(['ls', '--quiet', ...acme])).toBe('shop/tea --on box\n'))
  // each is asked with its own token, whatever the command
  const asked = (...flags: string[]) => mate.run(['exec', 'tea', '--on', 'box', ...flags, '--', 'true'])
  expect((await asked()).exitCode).toBe(0)
  expect((await asked(...acme)).stderr).toContain('this needs operate access, and the token has read')
  const kept = await mate.run(['context', 'rm', 'acme', '--yes'])
  expect(kept).toMatchObject({ exitCode: 4 })
  expect(kept.stderr).toContain('hint: berth logout box --context acme')
  await mate.ok(['logout', 'box', ...acme])
  await mate.ok(['context', 'rm', 'acme', '--yes'])
  expect((await asked()).exitCode).toBe(0)
  for (const name of ['all', 'local', '../box'])
    expect((await mate.run(['login', `https://${address}`, '--name', name], { input: `${token}\n` })).exitCode).toBe(2)
})
