/** The command line as programs and scripts meet it: words, exit codes, JSON, pipes. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { stopDaemon } from '../support/daemon.ts'
import { ensureImages, images } from '../support/images.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { temporaryPrefix } from '../support/temporary.ts'

const compose = `
services:
  web:
    image: ${images.busybox}
    command: httpd -f -p 80
    ports: ["18081:80"]
    init: true
  store:
    image: ${images.busybox}
    command: sleep 100000
    init: true
`

let berth: TestBerth
let project: TestProject
let scratch: string

beforeAll(async () => {
  await ensureImages(['busybox'])
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': compose }, { name: 'shop' })])
  scratch = await mkdtemp(join(tmpdir(), `${temporaryPrefix}cli-`))
  await ok('up', 'feat-a')
})
afterAll(async () => {
  await berth.close()
  await project.remove()
  await rm(scratch, { recursive: true, force: true })
})

const run = (...args: string[]) => berth.run(args, { cwd: project.directory })
const ok = (...args: string[]) => berth.ok(args, { cwd: project.directory })
const data = <T>(...args: string[]) => berth.data<T>(args, { cwd: project.directory })

/** Runs a line of bash with this berth on its PATH. */
const bash = (line: string, env: Record<string, string> = {}) =>
  exec(['bash', '-c', line], {
    cwd: project.directory,
    env: { ...berth.env, ...env, PATH: `${join(import.meta.dirname, '..', '..', 'bin')}:${process.env['PATH']}` },
  })

describe('a command line that cannot be understood', () => {
  test.each([
    [['lss'], 'no command berth lss', 'did you mean berth ls?'],
    [['daemon', 'statsu'], 'no command berth daemon statsu', 'did you mean berth daemon status?'],
    [['up'], 'env is missing', 'berth up <env> [service…]'],
    [['path', 'feat-a', 'more'], 'more is one argument too many', 'berth path <env>'],
    [['ls', '--jsno'], 'no flag --jsno', 'did you mean --json?'],
    [['ls', '--', 'x'], 'nothing may stand after -- here', 'berth ls'],
    [['up', 'feat-a', '--timeout', 'soon'], '--timeout: soon is not a whole number', 'berth up <env> [service…]'],
  ])('%j', async (args, message, hint) => {
    const { exitCode, stdout, stderr } = await run(...args)
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `error: ${message}\nhint: ${hint}\n`,
    })
  })

  test('is told as a document with --json, wherever that stands', async () => {
    const { exitCode, stdout, stderr } = await run('--json', 'up', 'feat-a', '--frobnicate')
    expect([exitCode, stderr]).toEqual([2, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      command: 'env.up',
      machine: 'local',
      context: 'default',
      error: { code: 'USAGE', message: 'no flag --frobnicate', machine: 'local' },
    })
  })
})

describe('exit codes', () => {
  test.each([
    [['ls'], 0],
    [['status', 'feat-x'], 3],
    [['url', 'feat-a', 'nothing'], 3],
    [['create', 'feat-a'], 4],
    [['destroy', 'feat-a'], 4],
    [['ls', '--on', 'big-box'], 6],
    [['exec', 'feat-a', 'web', '--', 'sh', '-c', 'exit 42'], 42],
  ])('%j → %i', async (args, code) => {
    expect((await run(...args)).exitCode).toBe(code)
  })

  test('a machine that is not connected comes with what to type', async () => {
    expect((await run('--on', 'big-box', 'ls')).stderr).toBe(
      'error: not connected to big-box\nhint: berth connect big-box\n',
    )
  })

  test('a mistyped env comes with the one that was meant', async () => {
    expect((await run('status', 'feta-a')).stderr).toBe(
      'error: no env is called feta-a\nhint: did you mean shop/feat-a?\n',
    )
  })

  test('without a terminal nothing is destroyed unless --yes says so', async () => {
    const { stderr } = await run('destroy', 'feat-a')
    expect(stderr).toContain('error: not done: destroy shop/feat-a')
    expect(stderr).toContain('hint: add --yes')
    expect(await ok('ls', '--quiet')).toBe('shop/feat-a\n')
  })
})

describe('--json', () => {
  test.each([
    [['ls']],
    [['status', 'feat-a']],
    [['names']],
    [['url', 'feat-a']],
    [['path', 'feat-a']],
    [['open', 'feat-a', '--print']],
    [['diff', 'feat-a']],
    [['sessions']],
    [['daemon', 'start']],
    [['daemon', 'status']],
    [['version']],
    [['man', 'up']],
    [['completion', 'fish']],
    [['up', 'feat-a']],
  ])('%j prints one document, as its schema says', async (args) => {
    const document = JSON.parse(await ok(...args, '--json')) as Record<string, unknown>
    expect(Object.keys(document)).toEqual(['ok', 'command', 'context', 'machine', 'data'])
  })

  test('exec catches what the program prints', async () => {
    const { exitCode, stdout } = await run(
      'exec',
      'feat-a',
      'web',
      '--json',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2; exit 3',
    )
    expect(exitCode).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { exitCode: 3, stdout: 'out\n', stderr: 'err\n' } })
  })

  test('the life of an env in documents', async () => {
    await data('create', 'short')
    await data('down', 'short')
    expect(await data('destroy', 'short', '--yes')).toEqual({
      destroyed: [{ project: 'shop', name: 'short', workspace: null }],
    })
  })
})

describe('help', () => {
  test('of all, of a group, of a command', async () => {
    expect(await ok()).toBe(await ok('--help'))
    expect(await ok('--help')).toMatch(/^Envs$[\s\S]*^Sessions$[\s\S]*^System$/m)
    expect(await ok('daemon')).toContain('berth daemon <command>')
    expect(await ok('help', 'up')).toBe(await ok('up', '--help'))
    expect(await ok('--version')).toBe(await ok('version'))
  })

  test('no line is longer than a usual terminal', async () => {
    const pages = await Promise.all([ok('--help'), ok('up', '--help'), ok('run', '--help'), ok('setup', '--help')])
    expect(
      pages
        .join('')
        .split('\n')
        .filter((line) => line.length > 100),
    ).toEqual([])
  })
})

describe('streams', () => {
  test('a reader that has seen enough is no reason to complain', async () => {
    const { exitCode, stderr } = await bash(
      'set -o pipefail; for i in 1 2 3; do berth --help | true; berth ls --json | head -c 0; done',
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test('a full disk behind it is said', async () => {
    const { exitCode, stderr } = await bash('berth --help > /dev/full')
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error: .*\nhint: /) as string,
    })
  })

  test('a directory that is gone matters only to what needs one', async () => {
    const gone = 'mkdir "$BERTH_HOME/gone" && cd "$BERTH_HOME/gone" && rmdir ../gone'
    expect((await bash(`${gone}; berth ls`)).exitCode).toBe(0)
    for (const needing of ['create lost', 'ci', 'ci init'])
      expect(await bash(`${gone}; berth ${needing} 2>&1`)).toMatchObject({
        exitCode: expect.toBeOneOf([2, 3]) as number,
        stdout: expect.stringMatching(/error: .*gone.* (does not exist|is not a directory)/) as string,
      })
  })

  test('no escape sequence goes into a pipe, and none is taken from elsewhere', async () => {
    await project.write(
      'loud.yaml',
      `services: { loud: { image: "${images.busybox}", command: ["sh", "-c", "printf '\\\\033[2Jgone\\\\n'; exit 1"] } }\n`,
    )
    await ok('create', 'loud', '--file', 'loud.yaml')
    const { stdout, stderr, exitCode } = await run('up', 'loud')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('gone')
    expect(stdout + stderr).not.toContain('\u001b')
    await ok('destroy', 'loud', '--yes')
  })

  test('colours: asked for, and asked not to', async () => {
    const coloured = await bash('berth ls', { FORCE_COLOR: '1' })
    expect(coloured.stdout).toContain('\u001b[32mup')
    expect((await bash('berth ls', { FORCE_COLOR: '0' })).stdout).not.toContain('\u001b')
  })

  test('a secret of the shell is not shown where Compose repeats it', async () => {
    await project.write('secret.yaml', 'services: { web: { image: "${APP_TOKEN}" } }\n')
    await ok('create', 'secret', '--file', 'secret.yaml')
    const secret = 'Not/An:Image:hunter2-hunter2'
    const { exitCode, stdout, stderr } = await bash('berth up secret; berth up secret --json', { APP_TOKEN: secret })
    expect(exitCode).not.toBe(0)
    expect(stdout + stderr).toContain('***')
    expect(stdout + stderr + (await readFile(join(berth.home, 'berthd.log'), 'utf8'))).not.toContain('hunter2')
    await ok('destroy', 'secret', '--yes')
  })
})

describe('ways into an env', () => {
  test('compose gets everything behind the env as it is', async () => {
    expect(await ok('compose', 'feat-a', 'ps', '-a', '--services')).toBe('store\nweb\n')
    expect(await ok('--project', 'shop', 'compose', 'feat-a', 'ps', '--help')).toContain('Usage:  docker compose ps')
    expect((await run('compose', 'feat-a', 'frobnicate')).exitCode).not.toBe(0)
  })

  test('a shell in the workspace knows where it is', async () => {
    const { stdout } = await bash('echo \'pwd; echo "$BERTH_ENV"; exit 5\' | berth shell feat-a; echo $?', {
      SHELL: '/bin/sh',
    })
    expect(stdout).toBe(`${(await ok('path', 'feat-a')).trim()}\nfeat-a\n5\n`)
  })

  test('the URL answers, and open gives it to the browser', async () => {
    const url = (await ok('url', 'feat-a', 'web')).trim()
    expect(url).toMatch(/^http:\/\/web\.feat-a\.(?:localhost:\d+|test)$/)
    const browser = join(scratch, 'browser')
    await writeFile(
      browser,
      `#!/bin/sh\necho "$1" > ${join(scratch, 'opened')}.new && mv ${join(scratch, 'opened')}.new ${join(scratch, 'opened')}\n`,
    )
    await chmod(browser, 0o755)
    await bash(`berth open feat-a web && until [ -e ${join(scratch, 'opened')} ]; do :; done`, { BROWSER: browser })
    expect((await readFile(join(scratch, 'opened'), 'utf8')).trim()).toBe(url)
  })
})

describe('what berthd wrote down', () => {
  test('is there when it is gone', async () => {
    await ok('ls')
    await stopDaemon(berth)
    expect(await ok('daemon', 'status')).toContain('not running')
    expect(await ok('daemon', 'logs')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d berthd \S+ listens on /m)
    const lines = (await ok('daemon', 'logs', '--json', '--tail', '2')).trim().split('\n')
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([
      ['time', 'message'],
      ['time', 'message'],
    ])
    expect(await ok('daemon', 'status')).toContain('not running')
  })
})
